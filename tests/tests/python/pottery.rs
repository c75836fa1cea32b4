//! Python with pottery in it, which writes to a database and says what it finds there.

use std::{
    env,
    fmt::Display,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use redis_model::{Blocking, embedded::Engine};
use redis_model_tests::{Backend, RedisServer};
use serde_json::Value;

/// Containers are laid out as this version lays them out.
const REQUIREMENT: &str = "pottery==3.0.1";

/// What stands before the lines of each test.
const PRELUDE: &str = "
import json, logging, sys, warnings
# It warns of each operation that takes longer than others.
warnings.simplefilter('ignore')
logging.disable(logging.CRITICAL)
from redis import Redis
from pottery import *
redis = Redis.from_url(sys.argv[1])
def tell(value): print(json.dumps(value))
";

/// Python on one database.
pub(crate) struct Pottery {
    python: &'static Path,
    url: String,
}

impl Pottery {
    /// Runs lines that end with `tell(value)`; what they tell.
    pub(crate) fn told(&self, lines: &str) -> Value {
        let output = Command::new(self.python)
            .args(["-I", "-c", &format!("{PRELUDE}{lines}"), &self.url])
            .output()
            .expect("Python was there a moment ago");
        let (told, failure) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{lines}\n{failure}");
        serde_json::from_str(&told).unwrap_or_else(|error| panic!("{lines}\ntold {told:?}: {error}\n{failure}"))
    }
}

/// Checks something with a database that Python works on too, on the engine and on a server; says so where there is no
/// Python with pottery and none can be made.
pub(crate) fn with_pottery(check: impl Fn(&Backend<Blocking>, &Pottery)) {
    static PYTHON: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    let python = match PYTHON.get_or_init(prepared) {
        Ok(python) => python,
        Err(reason) => {
            // Written past the test's own output, which is shown only for tests that fail.
            let _ = writeln!(io::stderr(), "skipped, as there is no Python with pottery: {reason}");
            return;
        }
    };
    let listener = Engine::new().listen("127.0.0.1:0").expect("the loopback has free ports");
    let server = RedisServer::start();
    for url in [listener.url(), server.url()] {
        check(&Backend::at(&url), &Pottery { python, url });
    }
}

/// The Python of an environment in the build's folder, which is made and filled where it is not there yet.
fn prepared() -> Result<PathBuf, String> {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR"));
    let environment = place.join(REQUIREMENT.replace("==", "-"));
    let python = environment.join("bin/python");
    if has_pottery(&python).is_ok() {
        return Ok(python);
    }
    // Made elsewhere and moved, so that what is there is whole; of several test processes, any may be the last.
    let fresh = tempfile::tempdir_in(place).map_err(said)?;
    run(Command::new("python3").args(["-m", "venv"]).arg(fresh.path()))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--retries", "1", REQUIREMENT];
    run(Command::new(fresh.path().join("bin/python")).args(install))?;
    if fs::rename(fresh.path(), &environment).is_err() && has_pottery(&python).is_err() {
        fs::remove_dir_all(&environment).map_err(said)?;
        fs::rename(fresh.path(), &environment).map_err(said)?;
    }
    has_pottery(&python).map(|()| python)
}

fn has_pottery(python: &Path) -> Result<(), String> {
    run(Command::new(python).args(["-I", "-c", "import pottery"]))
}

fn run(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| format!("{}: {error}", command.get_program().display()))?;
    if output.status.success() {
        return Ok(());
    }
    let text = String::from_utf8_lossy(&output.stderr).into_owned() + &String::from_utf8_lossy(&output.stdout);
    Err(format!("{}: {}", command.get_program().display(), text.trim()))
}

fn said(error: impl Display) -> String {
    error.to_string()
}
