//! CLIENT TRACKING and what belongs to it.

use std::collections::BTreeSet;

use super::{Args, Command, Context, Flags, Occasion, Outcome, arguments::integer, is_word};
use crate::{
    protocol::{ErrorReply, Reply, c_string},
    server::{Client, ClientId, TrackingMode, TrackingOptions},
};

/// Remembers the keys that `command` has read, if the client keeps copies of what it reads.
pub(super) fn remember_reads(ctx: &mut Context<'_>, command: &Command, args: Args<'_>) {
    // EVAL_RO reads nothing by itself.
    if !command.flags.has(Flags::READONLY) || command.flags.has(Flags::NO_SCRIPT) {
        return;
    }
    if ctx.client.tracking.as_ref().is_some_and(TrackingOptions::remembers_reads) {
        let keys = match ctx.occasion {
            Occasion::Script { keys } => keys.to_vec(),
            _ => command.keys_of(args),
        };
        ctx.server.tracking.remember(ctx.client.id, keys);
    }
}

/// What CLIENT CACHING has said holds for one command only, or for one transaction. CLIENT itself does not count.
pub(super) fn end_of_command(client: &mut Client) {
    if let Some(options) = &mut client.tracking
        && client.transaction.is_none()
        && !client.last_command.starts_with("client|")
    {
        options.is_caching_given = false;
    }
}

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
            return Err(ErrorReply::fixed("ERR You can't specify both OPTIN mode and OPTOUT mode"));
        }
        let clashes = |mode| old.is_some_and(|old| old.mode == mode);
        if (is_opt_in && clashes(TrackingMode::OptOut)) || (is_opt_out && clashes(TrackingMode::OptIn)) {
            return Err(ErrorReply::fixed(
                "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client, and then \
                 re-enabling it with a different mode.",
            ));
        }
        let mut prefixes = old.map(|old| old.prefixes.clone()).unwrap_or_default();
        if is_broadcast {
            check_prefixes(&prefixes, &self.prefixes)?;
            // Without any, every key is meant.
            prefixes.extend(if self.prefixes.is_empty() { vec![Vec::new()] } else { self.prefixes });
        }
        Ok(TrackingOptions {
            mode: self.modes.first().copied().unwrap_or(TrackingMode::Default),
            no_loop: self.no_loop,
            redirect: self.redirect,
            prefixes,
            is_caching_given: old.is_some_and(|old| old.is_caching_given),
            is_redirect_broken: false,
        })
    }
}

/// No prefix may begin another one of the same client, which would hear twice of one key.
fn check_prefixes(old: &BTreeSet<Vec<u8>>, new: &[Vec<u8>]) -> Result<(), ErrorReply> {
    let overlaps = |prefix: &[u8], other: &&Vec<u8>| prefix.starts_with(other) || other.starts_with(prefix);
    for (place, prefix) in new.iter().enumerate() {
        let existing = old.iter().find(|other| overlaps(prefix, other)).map(|other| (other, "an existing prefix"));
        let provided = || new[place + 1..].iter().find(|other| overlaps(prefix, other));
        let other = existing.or_else(|| provided().map(|other| (other, "another provided prefix")));
        if let Some((other, what)) = other {
            let [prefix, other] = [prefix, other].map(|text| c_string(text));
            let parts = [b"ERR Prefix '", prefix, b"' overlaps with ", what.as_bytes(), b" '", other];
            let rest = b"'. Prefixes for a single client must not overlap.";
            return Err(ErrorReply::new([&parts.concat(), rest.as_slice()].concat()));
        }
    }
    Ok(())
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
        options.is_caching_given = true;
    } else if is_word(args[2], "NO") {
        if options.mode != TrackingMode::OptOut {
            return Err(ErrorReply::fixed(
                "ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.",
            ));
        }
        options.is_caching_given = true;
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
                (options.mode == TrackingMode::OptIn && options.is_caching_given, "caching-yes"),
                (options.mode == TrackingMode::OptOut, "optout"),
                (options.mode == TrackingMode::OptOut && options.is_caching_given, "caching-no"),
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
