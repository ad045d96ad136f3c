//! A terminal for tests: tmux, on a socket of its own.

use std::io::{self, Write};
use std::process::{self, Command};
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// After this time, a test fails whose text does not come. No test passes by it.
const HANG: Duration = Duration::from_secs(60);

/// A terminal with a program in it, which ends with this.
pub(crate) struct Tmux {
    socket: String,
}

impl Tmux {
    /// A terminal of so many columns and rows, in which a shell carries out `command`, and says afterwards
    /// how it has ended and whether the terminal has the settings that it had. `None`, and a word, if there
    /// is no tmux.
    pub(crate) fn start((columns, rows): (u16, u16), command: &str) -> Option<Self> {
        static TERMINALS: AtomicU32 = AtomicU32::new(0);
        if Command::new("tmux").arg("-V").output().is_err() {
            let _ = writeln!(io::stderr(), "skipped: there is no tmux");
            return None;
        }
        let number = TERMINALS.fetch_add(1, Ordering::Relaxed);
        let tmux = Self { socket: format!("lifelab-test-{}-{number}", process::id()) };
        let script = format!(
            "before=$(stty -g); {command}; code=$?; after=$(stty -g); \
             if [ \"$before\" = \"$after\" ]; then same=same; else same=other; fi; \
             echo \"ended with $code and the $same settings\"; exec cat"
        );
        let size = ["-x", &columns.to_string(), "-y", &rows.to_string()].map(str::to_owned);
        let output = tmux
            .command(&["-f", "/dev/null", "new-session", "-d"])
            .args(size)
            .arg(script)
            .env("LC_ALL", "C.UTF-8")
            .env("RUST_BACKTRACE", "0") // Last words are to be seen, and not what led to them.
            .env_remove("NO_COLOR")
            .output()
            .expect("tmux starts");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(tmux)
    }

    /// Presses keys, by their names in tmux.
    pub(crate) fn press(&self, keys: &[&str]) {
        self.run(&[&["send-keys"], keys].concat());
    }

    /// What it shows, once that holds `text`.
    pub(crate) fn wait_for(&self, text: &str) -> String {
        let start = Instant::now();
        loop {
            let screen = self.run(&["capture-pane", "-p"]);
            if screen.contains(text) {
                return screen;
            }
            assert!(start.elapsed() < HANG, "no {text:?} in\n{screen}");
            thread::sleep(Duration::from_millis(20));
        }
    }

    /// Whether the alternate screen is on, whether the mouse is, and whether the cursor is shown.
    pub(crate) fn modes(&self) -> String {
        let modes = "#{alternate_on} #{mouse_any_flag} #{cursor_flag}";
        self.run(&["display-message", "-p", modes]).trim().to_owned()
    }

    /// Sends a signal to the programs with this name that the terminal's shell has started.
    pub(crate) fn signal(&self, signal: &str) {
        let shell = self.run(&["display-message", "-p", "#{pane_pid}"]);
        let children = Command::new("ps").args(["-o", "pid=", "--ppid", shell.trim()]).output();
        let children = String::from_utf8(children.expect("ps runs").stdout).expect("numbers");
        for child in children.split_whitespace() {
            let killed = Command::new("kill").args([signal, child]).status().expect("kill runs");
            assert!(killed.success(), "{child}");
        }
    }

    fn run(&self, arguments: &[&str]) -> String {
        let output = self.command(arguments).output().expect("tmux runs");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("tmux");
        command.args(["-u", "-L", &self.socket]).args(arguments);
        command
    }
}

impl Drop for Tmux {
    fn drop(&mut self) {
        let _ = self.command(&["kill-server"]).output();
    }
}
