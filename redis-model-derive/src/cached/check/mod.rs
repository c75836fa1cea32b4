//! Rules across options and arguments.

mod batch;
mod key;
mod options;
mod signature;

use syn::{Ident, Path};

use super::{
    ast::{Cached, Function, Home},
    attr::{Companion, Options},
};
use crate::{ast::runtime, errors::Errors};

/// Where `#[cached]` stands.
pub(crate) enum Place {
    /// On its own.
    Alone,
    /// In an impl whose companions are in this module.
    Impl { module: Option<Ident>, krate: Option<Path> },
}

/// Reports what is wrong with a cached function, and makes the best of it.
pub(crate) fn cached(function: Function, mut options: Options, place: Place, errors: &mut Errors) -> Cached {
    let home = home(&function, &options, &place, errors);
    signature::check(&function, &home, errors);
    options::check(&function, &options, errors);
    let key = if options.is_batch {
        batch::check(&function, &options, errors)
    } else {
        key::check(&function, &options, &home, errors)
    };
    let given = match place {
        Place::Alone => None,
        Place::Impl { krate, .. } => krate,
    };
    let krate = runtime(options.krate.take().or(given));
    Cached { function, options, key, home, krate }
}

/// Where the companions are.
fn home(function: &Function, options: &Options, place: &Place, errors: &mut Errors) -> Home {
    if let Place::Impl { module, .. } = place {
        let Some(module) = module else { return Home::Inside };
        match (options.named("companion"), &options.companion) {
            (Some(_), Some(Companion::None)) => return Home::Inside,
            (Some(companion), _) => {
                let message = format!(
                    "`cached_impl` calls the companion `{module}::{}`: remove this, or write `companion = none`",
                    function.name()
                );
                errors.at(companion, message);
            }
            (None, _) => {}
        }
        return Home::Module(module.clone(), function.name().clone());
    }
    match &options.companion {
        Some(Companion::None) => {
            if let (Some(receiver), true) = (function.receiver(), options.lacks("name")) {
                let message = "nothing here says whose method this is: give its entries a name, as \
                               `name = \"Api::user\"`";
                errors.at(&receiver.written, message);
            }
            Home::Inside
        }
        _ if signature::refuse_method(function, errors) => Home::Inside,
        Some(Companion::Named(name)) => Home::Beside(name.clone()),
        None => Home::Beside(function.name().clone()),
    }
}
