//! CLIENT TRACKING and what belongs to it.

use super::{Args, Command, Context, Flags, Occasion, Outcome, arguments::integer, is_word};
use crate::{
    protocol::{ErrorReply, Reply},
    server::{ClientId, TrackingMode, TrackingOptions},
};

/// Remembers the keys that `command` has read, if the client keeps copies of what it reads.
pub(super) fn remember_reads(ctx: &mut Context<'_>, command: &Command, args: Args<'_>) {
    // EVAL_RO reads nothing by itself.
    if !command.flags.has(Flags::READONLY) || command.flags.has(Flags::NO_SCRIPT) {
        return;
    }
    match &mut ctx.occasion {
        Occasion::Script { has_read } => *has_read = true,
        _ => remember(ctx, command.keys_of(args)),
    }
}

/// Remembers these keys, if the client keeps copies of what it reads now.
pub(super) fn remember<'a>(ctx: &mut Context<'_>, keys: impl IntoIterator<Item = &'a [u8]>) {
    if ctx.client.tracking.as_ref().is_some_and(TrackingOptions::remembers_reads) {
        ctx.server.tracking.remember(ctx.client.id, keys);
    }
}

/// What CLIENT CACHING has said holds for one command only, or for one transaction.
pub(super) fn end_of_command(ctx: &mut Context<'_>) {
    if let Some(options) = &mut ctx.client.tracking
        && ctx.client.transaction.is_none()
        && ctx.command.name != "client|caching"
    {
        options.caching = None;
    }
}

const OPT_IN_AND_OUT: ErrorReply =
    ErrorReply::fixed("ERR You can't specify both OPTIN mode and OPTOUT mode at the same time");

/// `CLIENT TRACKING ON | OFF [REDIRECT id] [PREFIX prefix ...] [BCAST] [OPTIN | OPTOUT] [NOLOOP]`
pub(super) fn tracking(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let request = Request::parse(ctx, &args[3..])?;
    if is_word(args[2], "ON") {
        let options = request.options(ctx)?;
        ctx.server.start_tracking(ctx.client, options);
    } else if is_word(args[2], "OFF") {
        ctx.server.stop_tracking(ctx.client);
    } else {
        return Err(ErrorReply::SYNTAX);
    }
    Ok(Reply::Ok)
}

#[derive(Default)]
struct Request {
    redirect: Option<ClientId>,
    prefixes: Vec<Vec<u8>>,
    modes: Vec<TrackingMode>,
    no_loop: bool,
}

impl Request {
    fn parse(ctx: &Context<'_>, words: &[&[u8]]) -> Result<Self, ErrorReply> {
        let mut request = Self::default();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            if is_word(word, "BCAST") {
                request.modes.push(TrackingMode::Broadcast);
            } else if is_word(word, "OPTIN") {
                request.modes.push(TrackingMode::OptIn);
            } else if is_word(word, "OPTOUT") {
                request.modes.push(TrackingMode::OptOut);
            } else if is_word(word, "NOLOOP") {
                request.no_loop = true;
            } else if let (true, Some(number)) = (is_word(word, "REDIRECT"), words.as_slice().first()) {
                words.next();
                request.set_redirect(ctx, number)?;
            } else if let (true, Some(prefix)) = (is_word(word, "PREFIX"), words.as_slice().first()) {
                words.next();
                request.prefixes.push(prefix.to_vec());
            } else {
                return Err(ErrorReply::SYNTAX);
            }
        }
        Ok(request)
    }

    fn set_redirect(&mut self, ctx: &Context<'_>, number: &[u8]) -> Result<(), ErrorReply> {
        if self.redirect.is_some() {
            return Err(ErrorReply::fixed("ERR A client can only redirect to a single other client"));
        }
        let number = integer(number)?;
        let id = ctx.server.clients.numbered(number);
        self.redirect = Some(id.ok_or(ErrorReply::fixed("ERR The client ID you want redirect to does not exist"))?);
        Ok(())
    }

    fn options(self, ctx: &Context<'_>) -> Result<TrackingOptions, ErrorReply> {
        let old = ctx.client.tracking.as_ref();
        let asks_for = |mode| self.modes.contains(&mode);
        let is_broadcast = asks_for(TrackingMode::Broadcast);
        let (is_opt_in, is_opt_out) = (asks_for(TrackingMode::OptIn), asks_for(TrackingMode::OptOut));
        if !is_broadcast && !self.prefixes.is_empty() {
            return Err(ErrorReply::fixed("ERR PREFIX option requires BCAST mode to be enabled"));
        }
        if old.is_some_and(|old| (old.mode == TrackingMode::Broadcast) != is_broadcast) {
            return Err(ErrorReply::fixed(
                "ERR You can't switch BCAST mode on/off before disabling tracking for this client, and then \
                 re-enabling it with a different mode.",
            ));
        }
        if is_broadcast && (is_opt_in || is_opt_out) {
            return Err(ErrorReply::fixed("ERR OPTIN and OPTOUT are not compatible with BCAST"));
        }
        if is_opt_in && is_opt_out {
            return Err(OPT_IN_AND_OUT);
        }
        let clashes = |mode| old.is_some_and(|old| old.mode == mode);
        if (is_opt_in && clashes(TrackingMode::OptOut)) || (is_opt_out && clashes(TrackingMode::OptIn)) {
            return Err(ErrorReply::fixed(
                "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then \
                 re-enabling it with a different mode.",
            ));
        }
        let old_prefixes = old.map(|old| old.prefixes.as_slice()).unwrap_or_default();
        let prefixes = if is_broadcast { joined(old_prefixes, self.prefixes)? } else { Vec::new() };
        Ok(TrackingOptions {
            mode: self.modes.first().copied().unwrap_or(TrackingMode::Default),
            no_loop: self.no_loop,
            redirect: self.redirect,
            prefixes,
            caching: None,
            is_redirect_broken: false,
        })
    }
}

/// The prefixes of a client that asks for more of them. Without any, every key is meant. One must not begin another:
/// the client would hear twice of the same key.
fn joined(old: &[Vec<u8>], new: Vec<Vec<u8>>) -> Result<Vec<Vec<u8>>, ErrorReply> {
    let new = if new.is_empty() && old.is_empty() { vec![Vec::new()] } else { new };
    let overlap = |one: &[u8], other: &[u8]| one.starts_with(other) || other.starts_with(one);
    for (place, prefix) in new.iter().enumerate() {
        // A prefix that is there already may be named again.
        let others = old.iter().filter(|old| *old != prefix).chain(&new[..place]);
        for other in others {
            if overlap(prefix, other) {
                let quoted = |text: &[u8]| String::from_utf8_lossy(text).into_owned();
                let (prefix, other) = (quoted(prefix), quoted(other));
                return Err(ErrorReply::new(format!(
                    "ERR Prefix '{prefix}' overlaps with an existing prefix '{other}'. Prefixes for a single client \
                     must not overlap."
                )));
            }
        }
    }
    let mut all = old.to_vec();
    all.extend(new.into_iter().filter(|prefix| !old.contains(prefix)));
    Ok(all)
}

/// `CLIENT CACHING YES | NO`: about the next command.
pub(super) fn caching(ctx: &mut Context<'_>, args: Args<'_>) -> Outcome {
    let Some(options) = &mut ctx.client.tracking else {
        return Err(ErrorReply::fixed(
            "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or OPTOUT mode \
             enabled",
        ));
    };
    if is_word(args[2], "YES") {
        if options.mode != TrackingMode::OptIn {
            return Err(ErrorReply::fixed(
                "ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.",
            ));
        }
        options.caching = Some(true);
    } else if is_word(args[2], "NO") {
        if options.mode != TrackingMode::OptOut {
            return Err(ErrorReply::fixed(
                "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.",
            ));
        }
        options.caching = Some(false);
    } else {
        return Err(ErrorReply::SYNTAX);
    }
    Ok(Reply::Ok)
}

/// The client that is told of stale keys: 0 for this one itself, -1 without tracking.
pub(super) fn getredir(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    Ok(Reply::Int(ctx.client.redirect_number()))
}

pub(super) fn trackinginfo(ctx: &mut Context<'_>, _args: Args<'_>) -> Outcome {
    let mut flags = Vec::new();
    let mut prefixes = Vec::new();
    match &ctx.client.tracking {
        None => flags.push("off"),
        Some(options) => {
            flags.push("on");
            let named = [
                (options.mode == TrackingMode::Broadcast, "bcast"),
                (options.mode == TrackingMode::OptIn, "optin"),
                (options.mode == TrackingMode::OptIn && options.caching == Some(true), "caching-yes"),
                (options.mode == TrackingMode::OptOut, "optout"),
                (options.mode == TrackingMode::OptOut && options.caching == Some(false), "caching-no"),
                (options.no_loop, "noloop"),
                (options.is_redirect_broken, "broken_redirect"),
            ];
            flags.extend(named.into_iter().filter(|(is_set, _)| *is_set).map(|(_, name)| name));
            prefixes.extend(options.prefixes.iter().map(Vec::as_slice));
        }
    }
    Ok(Reply::Map(vec![
        (Reply::bulk("flags"), Reply::Set(flags.into_iter().map(Reply::bulk).collect())),
        (Reply::bulk("redirect"), Reply::Int(ctx.client.redirect_number())),
        (Reply::bulk("prefixes"), Reply::Array(prefixes.into_iter().map(Reply::bulk).collect())),
    ]))
}
