//! The commands that wait.

use std::mem::{discriminant, take};

use super::command::Command;

/// The commands that wait to be obeyed: at most one of each kind, in the order in which they were said.
#[derive(Debug, Default)]
pub(super) struct Inbox {
    commands: Vec<Command>,
}

impl Inbox {
    /// Adds a command. It takes the place of one of its kind, for only the last is meant; cells that are
    /// edited are added to those that wait.
    pub(super) fn push(&mut self, command: Command) {
        let kind = discriminant(&command);
        let before = self.commands.iter_mut().find(|waiting| discriminant(*waiting) == kind);
        match (before, command) {
            (Some(Command::Edit(cells)), Command::Edit(more)) => cells.extend(more),
            (Some(_), command) => {
                self.commands.retain(|waiting| discriminant(waiting) != kind);
                self.commands.push(command);
            }
            (None, command) => self.commands.push(command),
        }
    }

    /// Takes all of them out.
    pub(super) fn take(&mut self) -> Vec<Command> {
        take(&mut self.commands)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.commands.is_empty()
    }

    /// Whether one of them makes a step pointless.
    pub(super) fn interrupts(&self) -> bool {
        self.commands.iter().any(Command::interrupts)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lifelab_core::Place;

    fn texts(commands: impl IntoIterator<Item = Command>) -> Vec<String> {
        let mut inbox = Inbox::default();
        commands.into_iter().for_each(|command| inbox.push(command));
        inbox.take().iter().map(|command| format!("{command:?}")).collect()
    }

    #[test]
    fn a_key_that_is_held_down_is_one_command() {
        let held = (0..1000).flat_map(|_| [Command::Step(1.into()), Command::Back]);
        assert_eq!(texts(held), ["Step(1)", "Back"]);
    }

    #[test]
    fn the_last_of_a_kind_counts() {
        let commands = [Command::Run, Command::Step(5.into()), Command::Run, Command::Pause];
        assert_eq!(texts(commands), ["Step(5)", "Run", "Pause"]);
    }

    #[test]
    fn edits_are_collected() {
        let edit = |x: i64| Command::Edit(vec![(Place { x: x.into(), y: 0.into() }, true)]);
        let texts = texts([edit(1), Command::Pause, edit(2)]);
        assert!(texts[0].starts_with("Edit([(Place { x: 1,") && texts[0].contains("x: 2,"));
        assert_eq!(texts[1..], ["Pause"]);
    }
}
