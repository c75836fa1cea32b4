//! What of the messages to one client must be the same on both sides.

/// Where the server has a choice, or makes one that the engine does not follow.
#[derive(Clone, Copy)]
pub(super) struct Freedom {
    /// What a client publishes to itself in a transaction stands in the middle of the reply on 7.0, where no client
    /// looks for it; the engine sends it before the reply.
    pub(super) is_exec: bool,
    /// Those who redirect to one client are told in any order, and it is different from command to command whether that
    /// comes before the reply to whoever has caused it. The nil that stands for all keys has, on 7.0, the form for the
    /// protocol of the client that tracks, whatever the one that it redirects to speaks.
    pub(super) has_redirects: bool,
}

/// Whether two streams say the same, but for the order of the patterns that match a channel, for the order in which a
/// client leaves all its channels, and for other freedoms of the server.
pub(super) fn same_messages(engine: &[u8], server: &[u8], freedom: Freedom) -> bool {
    let ordered = |bytes| Some(without_choices(items(bytes)?, freedom));
    engine == server || ordered(engine).is_some_and(|engine| Some(engine) == ordered(server))
}

/// The replies and messages of a stream, with the published messages in a reply taken out and put before it.
fn items(bytes: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut rest = bytes;
    let mut items = Vec::new();
    while !rest.is_empty() {
        let item = value(&mut rest, &mut items)?;
        items.push(item);
    }
    Some(items)
}

/// One value, without the published messages in it, which are added to `messages`.
fn value(rest: &mut &[u8], messages: &mut Vec<Vec<u8>>) -> Option<Vec<u8>> {
    let head = line(rest)?;
    let mut value = head.to_vec();
    let count = || std::str::from_utf8(&head[1..head.len() - 2]).ok()?.parse::<i64>().ok();
    match head[0] {
        b'$' | b'=' => {
            if let Ok(length) = usize::try_from(count()?) {
                let (text, after) = rest.split_at_checked(length + 2)?;
                value.extend_from_slice(text);
                *rest = after;
            }
        }
        b'*' | b'~' | b'>' | b'%' => {
            let width = if head[0] == b'%' { 2 } else { 1 };
            for _ in 0..count()?.max(0) * width {
                let mut element = self::value(rest, messages)?;
                while is_published(&element) || is_invalidation(&element) {
                    messages.push(element);
                    element = self::value(rest, messages)?;
                }
                value.extend_from_slice(&element);
            }
        }
        _ => {}
    }
    Some(value)
}

fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let end = rest.iter().position(|byte| *byte == b'\n')? + 1;
    let (line, after) = rest.split_at(end);
    *rest = after;
    Some(line)
}

/// The first word of an array or push.
fn kind(item: &[u8]) -> &[u8] {
    let mut lines = item.split(|byte| *byte == b'\n');
    let is_sequence = lines.next().is_some_and(|head| head.starts_with(b"*") || head.starts_with(b">"));
    let word = lines.nth(1).filter(|_| is_sequence).unwrap_or_default();
    word.strip_suffix(b"\r").unwrap_or(word)
}

fn is_published(item: &[u8]) -> bool {
    matches!(kind(item), b"message" | b"pmessage" | b"smessage")
}

fn is_invalidation(item: &[u8]) -> bool {
    const CHANNEL: &[u8] = b"__redis__:invalidate";
    kind(item) == b"invalidate" || (is_published(item) && item.windows(CHANNEL.len()).any(|part| part == CHANNEL))
}

/// The items in one of the orders that the server may choose.
fn without_choices(mut items: Vec<Vec<u8>>, freedom: Freedom) -> Vec<Vec<u8>> {
    for run in items.chunk_by_mut(|one, other| kind(one) == b"pmessage" && kind(other) == b"pmessage") {
        run.sort();
    }
    exchange_names(&mut items);
    if freedom.is_exec {
        items.sort_by_key(|item| !is_published(item));
    }
    if freedom.has_redirects {
        for item in items.iter_mut().filter(|item| is_invalidation(item)) {
            if let Some(rest) = item.strip_suffix(b"$-1\r\n") {
                *item = [rest, b"_\r\n"].concat();
            }
        }
        items.sort_by_key(|item| if is_invalidation(item) { (false, item.clone()) } else { (true, Vec::new()) });
    }
    items
}

/// Which channel a client leaves first is open, but not how many are left after each.
fn exchange_names(items: &mut [Vec<u8>]) {
    let is_farewell = |item: &&mut Vec<u8>| kind(item).ends_with(b"unsubscribe");
    let parts = |item: &[u8]| {
        let last_line = item[..item.len() - 2].iter().rposition(|byte| *byte == b'\n').map_or(0, |place| place + 1);
        let (name, count) = item.split_at(last_line);
        (name.to_vec(), count.to_vec())
    };
    let farewells: Vec<&mut Vec<u8>> = items.iter_mut().filter(is_farewell).collect();
    let mut names: Vec<Vec<u8>> = farewells.iter().map(|item| parts(item).0).collect();
    names.sort();
    for (item, name) in farewells.into_iter().zip(names) {
        *item = [name, parts(item).1].concat();
    }
}
