//! The names of the runtime, and the order of their arguments.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::Expr;

use super::super::{
    ast::Cached,
    attr::{Codec, Name, OnError, Refresh, SingleFlight, Time, Ttl},
};
use crate::spans::spanned;

impl Cached {
    /// The module that has what generated code names.
    pub(super) fn runtime(&self) -> TokenStream {
        let krate = &self.krate;
        quote!(#krate::__private::cached)
    }

    /// The result of an asynchronous function of the runtime.
    pub(super) fn finished(&self, call: &TokenStream) -> TokenStream {
        let runtime = self.runtime();
        if self.function.is_async() { quote!(#call.await) } else { quote!(#runtime::wait(#call)) }
    }

    /// The function of the runtime that runs a body through the cache.
    pub(super) fn run(&self) -> TokenStream {
        let runtime = self.runtime();
        match self.options.refresh {
            Refresh::Inline => quote!(#runtime::run),
            Refresh::Background => quote!(#runtime::run_in_background),
        }
    }

    /// What happens when Redis fails.
    pub(super) fn on_outage(&self) -> TokenStream {
        let runtime = self.runtime();
        match self.options.on_error {
            OnError::Bypass => quote!(#runtime::Bypass),
            OnError::Fail => spanned(self.options.named("on_error"), quote!(#runtime::Fail)),
        }
    }

    /// Where the store comes from.
    pub(super) fn store(&self) -> TokenStream {
        let (krate, runtime) = (&self.krate, self.runtime());
        let mode = if self.function.is_async() { quote!(#krate::Async) } else { quote!(#krate::Blocking) };
        let named = self.options.store.as_ref().map(|store| {
            // A field is borrowed rather than moved.
            let borrowed = matches!(store, Expr::Field(_)).then(|| quote!(&));
            quote!(#runtime::given::<#mode>(#borrowed #store))
        });
        named.unwrap_or_else(|| quote!(#runtime::current::<#mode>()))
    }

    /// The function's description, for a `static`.
    pub(super) fn description(&self) -> TokenStream {
        let runtime = self.runtime();
        let name = match &self.options.name {
            Some(Name::Text(text)) => quote!(#text),
            _ => self.default_name(),
        };
        let settings = self.settings();
        quote!(#runtime::Function::new(#name) #settings)
    }

    fn settings(&self) -> TokenStream {
        let options = &self.options;
        let runtime = self.runtime();
        let mut settings = TokenStream::new();
        let times = [
            ("stale", &options.stale),
            ("none_ttl", &options.none_ttl),
            ("err_ttl", &options.err_ttl),
            ("lease", &options.lease),
            ("wait", &options.wait),
            ("timeout", &options.timeout),
        ];
        let times = times.into_iter().filter_map(|(name, time)| Some((name, time.as_ref()?.tokens())));
        let numbers: [(&str, &Option<Expr>); 5] = [
            ("version", &options.version),
            ("early", &options.early),
            ("jitter", &options.jitter),
            ("l1", &options.l1),
            ("max_size", &options.max_size),
        ];
        let numbers = numbers.into_iter().filter_map(|(name, number)| number.as_ref().map(|it| (name, quote!(#it))));
        for (name, value) in times.chain(numbers) {
            let name = format_ident!("{name}");
            settings.extend(quote!(.#name(#value)));
        }
        let single_flight = match options.single_flight {
            SingleFlight::Cluster => None,
            SingleFlight::Process => Some(quote!(Process)),
            SingleFlight::Off => Some(quote!(Off)),
        };
        settings.extend(single_flight.map(|who| quote!(.single_flight(#runtime::SingleFlight::#who))));
        settings
    }

    /// How results are stored.
    pub(super) fn form(&self) -> TokenStream {
        let errors = self.options.err_ttl.as_ref().map(|_| quote!(.errors()));
        self.form_and(errors)
    }

    /// How values are stored that are no errors.
    pub(super) fn form_of_values(&self) -> TokenStream {
        self.form_and(None)
    }

    fn form_and(&self, errors: Option<TokenStream>) -> TokenStream {
        let (krate, runtime, stored) = (&self.krate, self.runtime(), self.stored());
        let mut form = quote!(#runtime::Shape::new(&(&&&&#runtime::Probe::<#stored>::new()).values()));
        form.extend(match &self.options.ttl {
            Some(Ttl::OfValue(closure)) => quote!(.ttl(#closure)),
            Some(Ttl::Time(time)) => {
                let time = time.tokens();
                quote!(.ttl(|_| #time))
            }
            None => TokenStream::new(),
        });
        if let Some(store_if) = &self.options.store_if {
            form.extend(quote!(.store_if(#store_if)));
        }
        let codec = match &self.options.codec {
            Codec::MsgPack => None,
            Codec::Json => Some(quote!(#krate::__private::Json)),
            Codec::Raw => Some(quote!(#krate::__private::Bytes)),
            Codec::Other(path) => Some(quote!(#path)),
        };
        form.extend(codec.map(|codec| spanned(self.options.named("codec"), quote!(.codec::<#codec>()))));
        form.extend(errors);
        if self.options.l1.is_some() {
            form.extend(spanned(self.options.named("l1"), quote!(.near())));
        }
        quote! {{
            use #runtime::{OfOption as _, OfOptionalResult as _, OfPlain as _, OfResult as _};
            #form
        }}
    }
}

impl Time {
    /// A `Duration`.
    fn tokens(&self) -> TokenStream {
        match self {
            Self::Milliseconds(milliseconds) => quote!(::core::time::Duration::from_millis(#milliseconds)),
            Self::Expression(expression) => quote!(#expression),
        }
    }
}
