//! Python, in a process of its own.

use std::{env, process::Command};

/// A Python that has what its script needs.
#[derive(Debug)]
pub struct Python {
    program: String,
    script: String,
}

impl Python {
    /// The one in `PYTHON`, or else `python3`, for a script of `benches/python`; it has these modules.
    ///
    /// # Errors
    /// Why there is none.
    pub fn find(script: &str, modules: &str) -> Result<Self, String> {
        let program = env::var("PYTHON").unwrap_or_else(|_| "python3".into());
        let script = format!("{}/python/{script}", env!("CARGO_MANIFEST_DIR"));
        let python = Self { program, script };
        python.execute(&["-c", &format!("import {modules}")])?;
        Ok(python)
    }

    /// Runs the script, and answers with the words that it prints.
    ///
    /// # Panics
    /// When the script fails.
    #[must_use]
    pub fn run(&self, arguments: &[&str]) -> Vec<String> {
        let printed = self.execute(&[&[self.script.as_str()], arguments].concat()).expect("its modules are there");
        printed.split_whitespace().map(Into::into).collect()
    }

    fn execute(&self, arguments: &[&str]) -> Result<String, String> {
        let output = Command::new(&self.program).args(arguments).output();
        let output = output.map_err(|error| format!("`{}` does not start: {error}", self.program))?;
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let reason = String::from_utf8_lossy(&output.stderr).trim().lines().last().unwrap_or_default().to_owned();
        Err(format!("`{}` says: {reason}", self.program))
    }
}
