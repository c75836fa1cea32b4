//! A process that plays a role, as the test that has started it sees it.

use std::{
    env,
    io::{BufRead, BufReader, Write},
    process::{Child, ChildStdin, Command, Stdio},
    sync::mpsc::{Receiver, channel},
    thread,
    time::Duration,
};

use redis_model_tests::RedisServer;
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process, waitid};

use crate::role;

/// How long a process may take until it says something.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process that plays a role; dropping it kills it.
#[derive(Debug)]
pub(crate) struct Worker {
    child: Child,
    input: ChildStdin,
    said: Receiver<String>,
}

impl Worker {
    /// Starts this program again, to play this role on the server.
    pub(crate) fn start(role: &str, server: &RedisServer) -> Self {
        let mut child = Command::new(env::current_exe().unwrap())
            .args(["--exact", "--nocapture", role::TEST])
            .env(role::ROLE, role)
            .env(role::URL, server.url())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let (input, output) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        let (sender, said) = channel();
        thread::spawn(move || {
            for line in BufReader::new(output).lines().map_while(Result::ok) {
                // The test harness of the process says something as well.
                if let Some(line) = line.strip_prefix(role::MARK) {
                    let _ = sender.send(line.to_owned());
                }
            }
        });
        Self { child, input, said }
    }

    /// Tells it to go on with what it waits for; a process that is stopped reads it later.
    pub(crate) fn tell(&mut self, what: &str) {
        writeln!(self.input, "{what}").unwrap();
    }

    /// What it says next.
    pub(crate) fn hear(&self) -> String {
        self.said.recv_timeout(PATIENCE).expect("the process says something")
    }

    /// What it has said by now.
    pub(crate) fn heard(&self) -> impl Iterator<Item = String> {
        self.said.try_iter()
    }

    /// Everything that it says until its end.
    pub(crate) fn last_words(mut self) -> Vec<String> {
        self.child.wait().unwrap();
        self.said.iter().collect()
    }

    /// Stops it where it is, and returns when it has stopped.
    pub(crate) fn pause(&self) {
        self.send(Signal::STOP);
        // Should it have ended by itself, its silence fails the test.
        let either = WaitIdOptions::STOPPED | WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
        waitid(WaitId::Pid(Pid::from_child(&self.child)), either).unwrap();
    }

    /// Lets it go on after a pause.
    pub(crate) fn resume(&self) {
        self.send(Signal::CONT);
    }

    /// Kills it, stopped or not, without a chance to give anything back.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    fn send(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).expect("it is our child, and not waited for");
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // An error means that it has ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
