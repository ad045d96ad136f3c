//! What differs between operating systems.

pub(crate) use imp::{is_suspended, kill, own_program, private_pipes, separate};

#[cfg(unix)]
mod imp {
    use std::fs::File;
    use std::io;
    use std::os::fd::AsFd;
    use std::os::unix::process::CommandExt;
    use std::path::PathBuf;
    use std::process::{Child, Command};

    use nix::sys::signal::{Signal, killpg};
    #[cfg(target_os = "linux")]
    use nix::sys::wait::{Id, WaitPidFlag, WaitStatus, waitid};
    use nix::unistd::{Pid, dup2_stdin, dup2_stdout};

    /// The path of this process's own executable.
    ///
    /// On Linux it is the kernel's link to the very file that runs, which stays right when an
    /// update has meanwhile replaced the file of that name.
    pub(crate) fn own_program() -> io::Result<PathBuf> {
        if cfg!(target_os = "linux") {
            Ok("/proc/self/exe".into())
        } else {
            std::env::current_exe()
        }
    }

    /// Gives the child a process group of its own.
    ///
    /// Ctrl-C in a terminal signals the whole foreground group at once. Workers in that group
    /// would die of it while the parent still counts on them, and be taken for crashed; in a group
    /// of their own they end when the parent ends them.
    pub(crate) fn separate(command: &mut Command) {
        command.process_group(0);
    }

    /// Kills a child that has not been waited for, with all that it has started in its group.
    pub(crate) fn kill(child: &mut Child) {
        let group = Pid::from_raw(child.id() as i32);
        // Where the group is gone, or never came to be, there may still be the child.
        if killpg(group, Signal::SIGKILL).is_err() {
            let _ = child.kill(); // It fails only if the child is gone already.
        }
    }

    /// Whether a child that has not been waited for is suspended (SIGSTOP). One that a debugger
    /// holds is not.
    #[cfg(target_os = "linux")]
    pub(crate) fn is_suspended(child: &Child) -> bool {
        // It looks and takes nothing away: neither the news nor, should it be dead, the child.
        let look = WaitPidFlag::WSTOPPED | WaitPidFlag::WNOHANG | WaitPidFlag::WNOWAIT;
        let id = Id::Pid(Pid::from_raw(child.id() as i32));
        matches!(waitid(id, look), Ok(WaitStatus::Stopped(..)))
    }

    /// Elsewhere a look may take the news away, and nobody has tried.
    #[cfg(not(target_os = "linux"))]
    pub(crate) fn is_suspended(_: &Child) -> bool {
        false
    }

    /// Standard input and output as files that are only ours.
    ///
    /// Descriptors 0 and 1 are then nothing and standard error: a stray `println!` in a cell's I/O
    /// cannot corrupt the frames, and a process that the I/O starts cannot inherit the pipes and
    /// hold them open when the worker is dead.
    pub(crate) fn private_pipes() -> io::Result<(File, File)> {
        let input = File::from(io::stdin().as_fd().try_clone_to_owned()?);
        let output = File::from(io::stdout().as_fd().try_clone_to_owned()?);
        dup2_stdin(File::open("/dev/null")?)?;
        dup2_stdout(io::stderr())?;
        Ok((input, output))
    }
}

#[cfg(not(unix))]
mod imp {
    use std::io::{self, Stdin, Stdout};
    use std::path::PathBuf;
    use std::process::{Child, Command};

    pub(crate) fn own_program() -> io::Result<PathBuf> {
        std::env::current_exe()
    }

    pub(crate) fn separate(_: &mut Command) {}

    pub(crate) fn kill(child: &mut Child) {
        let _ = child.kill(); // It fails only if the child is gone already.
    }

    pub(crate) fn is_suspended(_: &Child) -> bool {
        false
    }

    pub(crate) fn private_pipes() -> io::Result<(Stdin, Stdout)> {
        Ok((io::stdin(), io::stdout()))
    }
}
