//! Starting a server and waiting until it answers.

use crate::about::About;
use crate::process::{LOG, Process};
use std::path::Path;
use std::process::ExitStatus;
use std::time::{Duration, Instant};
use std::{fs, thread};

/// How long a server may take to answer.
pub(crate) const START_LIMIT: Duration = Duration::from_secs(10);

/// How long to leave another process alone between two looks at it.
pub(crate) const POLL_INTERVAL: Duration = Duration::from_millis(5);

/// Another process has the port that a server was to listen on.
#[derive(Debug)]
pub(crate) struct AddressInUse;

/// Starts the server of `folder` and waits until it is the one that answers at `url`.
pub(crate) fn launch(program: &Path, folder: &Path, url: &str) -> Result<(Process, About), AddressInUse> {
    let deadline = Instant::now() + START_LIMIT;
    let mut process = Process::spawn(program, folder);
    loop {
        if let Some(status) = process.exit_status() {
            return Err(explain_exit(program, folder, status));
        }
        // Another process that took the port may well be a server, so a mere answer is not enough.
        if let Ok(about) = About::ask(url, Duration::from_millis(500))
            && about.process_id == process.id()
        {
            return Ok((process, about));
        }
        let is_late = Instant::now() >= deadline;
        assert!(!is_late, "{} does not answer at {url}:\n{}", program.display(), log_tail(folder));
        thread::sleep(POLL_INTERVAL);
    }
}

// A shell exits with 126 or 127 where it cannot run the program.
fn explain_exit(program: &Path, folder: &Path, status: ExitStatus) -> AddressInUse {
    let program = program.display();
    let log = log_tail(folder);
    if log.contains("Address already in use") {
        return AddressInUse;
    }
    let is_missing = matches!(status.code(), Some(126 | 127));
    assert!(!is_missing, "cannot run {program}: run scripts/test, which installs it, or set REDIS_SERVER\n{log}");
    panic!("{program} ended with {status}:\n{log}");
}

fn log_tail(folder: &Path) -> String {
    let log = fs::read(folder.join(LOG)).unwrap_or_default();
    let log = String::from_utf8_lossy(&log);
    let lines: Vec<_> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}
