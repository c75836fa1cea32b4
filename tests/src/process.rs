//! One `redis-server` process that cannot outlive the process that started it.

use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};
use std::fs::File;
use std::io::Write;
use std::path::Path;
use std::process::{Child, ChildStdin, Command, ExitStatus, Stdio};

/// The directives, in the server's folder.
pub(crate) const CONFIG: &str = "redis.conf";

/// What the server printed since its last start, in the server's folder.
pub(crate) const LOG: &str = "server.log";

/// Becomes the server (`exec` keeps the process id, so the server is our own child) and leaves a guard next to it.
///
/// $1 is the server's folder, the rest is its command line. Standard input is a pipe that only the starting process
/// holds. A line on it dismisses the guard. End of file means that the starting process has ended, by whatever cause,
/// so the guard kills the server and removes the folder that nobody else will. The guard ignores the signals that a
/// terminal sends to the whole group, and reads a copy of the pipe because a shell gives background jobs an empty input.
const LAUNCH: &str = r#"
folder=$1
shift
exec 3<&0
{
    trap '' HUP INT QUIT TERM
    IFS= read -r line <&3 || {
        kill -KILL $$
        rm -rf -- "$folder"
    }
} &
exec "$@" </dev/null 3<&-
"#;

/// A running server; dropping it kills exactly this process and waits for its end.
#[derive(Debug)]
pub(crate) struct Process {
    child: Child,
    guard: ChildStdin,
}

impl Process {
    /// Starts `program` with the directives in `folder`.
    pub(crate) fn spawn(program: &Path, folder: &Path) -> Self {
        let log = File::create(folder.join(LOG)).expect("the server's folder can be written");
        let errors = log.try_clone().expect("a file handle can be copied");
        let mut child = Command::new("sh")
            .args(["-c", LAUNCH, "sh"])
            .args([folder, program, Path::new(CONFIG)])
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(log)
            .stderr(errors)
            .spawn()
            .expect("a shell can be started");
        let guard = child.stdin.take().expect("standard input is piped");
        Self { child, guard }
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// How the server ended by itself, if it did.
    pub(crate) fn exit_status(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("a child can be waited for")
    }

    /// Stops the server where it is, and returns when it has stopped.
    pub(crate) fn pause(&self) {
        let process = Pid::from_child(&self.child);
        kill_process(process, Signal::STOP).expect("the server is our child");
        waitid(WaitId::Pid(process), WaitIdOptions::STOPPED).expect("the server runs, so it can stop");
    }

    /// Lets a stopped server go on.
    pub(crate) fn resume(&self) {
        kill_process(Pid::from_child(&self.child), Signal::CONT).expect("the server is our child");
    }
}

impl Drop for Process {
    // Until `wait` the process id cannot be given to another process, so neither kill can hit a stranger: the guard is
    // dismissed before. An error means that the server or its guard is gone already.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.guard.write_all(b"\n");
        let _ = self.child.wait();
    }
}
