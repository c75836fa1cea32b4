use super::{
    Form,
    listpack::Listpack,
    source::{Malformed, Read, Source},
};
use crate::{
    clock::Millis,
    data::{End, Hash, List, Set, SortedSet, Value},
    number::{format_integer, parse_double, parse_integer},
};

/// The value that is written at the start of `content`; nobody looks at what is behind it.
pub(super) fn value(content: &[u8]) -> Read<Value> {
    let mut source = Source::new(content);
    let form = Form::numbered(source.byte()?).ok_or(Malformed)?;
    let value = match form {
        Form::String => Value::String(source.string()?.into_owned()),
        Form::List => list(&mut source)?,
        Form::ListOfListpacks => list_of_listpacks(&mut source)?,
        Form::Set => set(&mut source)?,
        Form::IntSet => set_of_integers(&source.string()?)?,
        Form::SetListpack => set_listpack(&source.string()?)?,
        Form::SortedSet => sorted_set(&mut source)?,
        Form::SortedSetListpack => sorted_set_listpack(&source.string()?)?,
        Form::Hash => hash(&mut source)?,
        Form::HashListpack => hash_listpack(&source.string()?)?,
        Form::ExpiringHash => expiring_hash(&mut source)?,
        Form::ExpiringHashListpack => {
            // The soonest deadline, which the fields tell, too.
            source.array::<8>()?;
            expiring_hash_listpack(&source.string()?)?
        }
        Form::ValkeyExpiringHash => valkey_expiring_hash(&mut source)?,
    };
    if value.is_empty_container() { Err(Malformed) } else { Ok(value) }
}

fn list(source: &mut Source<'_>) -> Read<Value> {
    let mut list = List::default();
    for _ in 0..source.count()? {
        list.push(End::Right, &source.string()?);
    }
    Ok(Value::List(Box::new(list)))
}

/// Several stretches of a list, each of which is a listpack or a single long element.
fn list_of_listpacks(source: &mut Source<'_>) -> Read<Value> {
    const ONE_ELEMENT: u64 = 1;
    const LISTPACK: u64 = 2;
    let mut list = List::default();
    for _ in 0..source.count()? {
        let kind = source.count()?;
        let stretch = source.string()?;
        match kind {
            ONE_ELEMENT => list.push(End::Right, &stretch),
            LISTPACK => {
                let mut listpack = Listpack::open(&stretch)?;
                while let Some(item) = listpack.next()? {
                    list.push(End::Right, &item);
                }
            }
            _ => return Err(Malformed),
        }
    }
    Ok(Value::List(Box::new(list)))
}

fn set(source: &mut Source<'_>) -> Read<Value> {
    let mut set = Set::default();
    for _ in 0..source.count()? {
        add(&mut set, &source.string()?)?;
    }
    Ok(Value::Set(Box::new(set)))
}

fn set_listpack(bytes: &[u8]) -> Read<Value> {
    let mut set = Set::default();
    let mut listpack = Listpack::open(bytes)?;
    while let Some(member) = listpack.next()? {
        add(&mut set, &member)?;
    }
    Ok(Value::Set(Box::new(set)))
}

/// The width of all integers in bytes, how many there are, and the integers, the lowest byte of each first.
fn set_of_integers(bytes: &[u8]) -> Read<Value> {
    let mut source = Source::new(bytes);
    let (width, count) = (u32::from_le_bytes(source.array()?), u32::from_le_bytes(source.array()?));
    if source.len() as u64 != u64::from(width) * u64::from(count) {
        return Err(Malformed);
    }
    let mut set = Set::default();
    for _ in 0..count {
        let number = match width {
            2 => i16::from_le_bytes(source.array()?).into(),
            4 => i32::from_le_bytes(source.array()?).into(),
            8 => i64::from_le_bytes(source.array()?),
            _ => return Err(Malformed),
        };
        add(&mut set, &format_integer(number))?;
    }
    Ok(Value::Set(Box::new(set)))
}

/// No member comes twice.
fn add(set: &mut Set, member: &[u8]) -> Read<()> {
    if set.insert(member) { Ok(()) } else { Err(Malformed) }
}

fn sorted_set(source: &mut Source<'_>) -> Read<Value> {
    let mut set = SortedSet::default();
    // A small set knows only one zero. Whether this is one shows at its end, as on the server.
    set.unpack();
    for _ in 0..source.count()? {
        let member = source.string()?;
        score(&mut set, &member, f64::from_le_bytes(source.array()?))?;
    }
    Ok(Value::SortedSet(Box::new(SortedSet::from_sorted(set.iter()))))
}

fn sorted_set_listpack(bytes: &[u8]) -> Read<Value> {
    let mut set = SortedSet::default();
    let mut listpack = Listpack::open(bytes)?;
    while let Some(member) = listpack.next()? {
        let number = parse_double(&listpack.partner()?).ok_or(Malformed)?;
        score(&mut set, &member, number)?;
    }
    Ok(Value::SortedSet(Box::new(set)))
}

fn score(set: &mut SortedSet, member: &[u8], score: f64) -> Read<()> {
    if score.is_nan() || set.insert(member, score).is_some() { Err(Malformed) } else { Ok(()) }
}

fn hash(source: &mut Source<'_>) -> Read<Value> {
    let mut hash = Hash::default();
    for _ in 0..source.count()? {
        let field = source.string()?;
        put(&mut hash, &field, &source.string()?)?;
    }
    Ok(Value::Hash(Box::new(hash)))
}

fn hash_listpack(bytes: &[u8]) -> Read<Value> {
    let mut hash = Hash::default();
    let mut listpack = Listpack::open(bytes)?;
    while let Some(field) = listpack.next()? {
        put(&mut hash, &field, &listpack.partner()?)?;
    }
    Ok(Value::Hash(Box::new(hash)))
}

fn put(hash: &mut Hash, field: &[u8], value: &[u8]) -> Read<()> {
    if hash.insert(field, value) { Ok(()) } else { Err(Malformed) }
}

/// The first of all deadlines, and before each field how long after that its own is, and one millisecond more.
fn expiring_hash(source: &mut Source<'_>) -> Read<Value> {
    let mut hash = ExpiringHash::default();
    let soonest = deadline(u64::from_le_bytes(source.array()?))?;
    for _ in 0..source.count()? {
        let after = source.count()?.checked_sub(1).map(deadline).transpose()?;
        let deadline = after.map(|after| soonest.checked_add(after).ok_or(Malformed)).transpose()?;
        let field = source.string()?;
        hash.put(&field, &source.string()?, deadline)?;
    }
    Ok(hash.into_value())
}

/// Triples of field, value and deadline; zero is none.
fn expiring_hash_listpack(bytes: &[u8]) -> Read<Value> {
    let mut hash = ExpiringHash::default();
    let mut listpack = Listpack::open(bytes)?;
    while let Some(field) = listpack.next()? {
        let value = listpack.partner()?;
        let text = listpack.partner()?;
        let number = parse_integer(&text).ok_or(Malformed)?;
        let deadline = deadline(u64::try_from(number).map_err(|_| Malformed)?)?;
        hash.put(&field, &value, (deadline > 0).then_some(deadline))?;
    }
    Ok(hash.into_value_in_order())
}

/// Behind each value its field's deadline; -1 is none.
fn valkey_expiring_hash(source: &mut Source<'_>) -> Read<Value> {
    let mut hash = ExpiringHash::default();
    for _ in 0..source.count()? {
        let (field, value) = (source.string()?, source.string()?);
        let deadline = match i64::from_le_bytes(source.array()?) {
            -1 => None,
            deadline @ 0.. => Some(deadline),
            _ => return Err(Malformed),
        };
        hash.put(&field, &value, deadline)?;
    }
    Ok(hash.into_value())
}

fn deadline(millis: u64) -> Read<Millis> {
    Millis::try_from(millis).map_err(|_| Malformed)
}

/// A hash whose fields get their deadlines once all fields are there.
#[derive(Default)]
struct ExpiringHash {
    hash: Hash,
    deadlines: Vec<(Box<[u8]>, Millis)>,
}

impl ExpiringHash {
    fn put(&mut self, field: &[u8], value: &[u8], deadline: Option<Millis>) -> Read<()> {
        put(&mut self.hash, field, value)?;
        self.deadlines.extend(deadline.map(|deadline| (field.into(), deadline)));
        Ok(())
    }

    /// Of fields with the same deadline, the one that gets it last comes first.
    fn into_value(mut self) -> Value {
        for (field, deadline) in &self.deadlines {
            self.hash.set_deadline(field, Some(*deadline));
        }
        Value::Hash(Box::new(self.hash))
    }

    /// The same for fields that are read in the order which they are to have.
    fn into_value_in_order(mut self) -> Value {
        self.deadlines.reverse();
        self.into_value()
    }
}
