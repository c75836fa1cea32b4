//! What the derive macros generate: that it compiles wherever a struct may stand, and does what the attributes say.

use std::{collections::BTreeMap, time::Duration};

use redis_model::{
    Expiring, Path, RedisFields, RedisModel, RedisValue, Result, SubtreePath, TimeLeft, blocking::Store,
    embedded::Engine, path, prelude::*, redis,
};
use serde::{Deserialize, Serialize};

/// The fields of a hash as they are stored.
fn stored(engine: &Engine, key: &str) -> BTreeMap<String, String> {
    let fields: BTreeMap<String, Vec<u8>> =
        redis::cmd("HGETALL").arg(key).query(&mut engine.connection()).expect("a hash");
    fields.into_iter().map(|(path, value)| (path, String::from_utf8_lossy(&value).into_owned())).collect()
}

mod everything {
    use super::*;

    #[derive(RedisModel, Debug, Clone, PartialEq)]
    #[redis(prefix = "shop:user", ttl = "30d", refresh = "never", schema = 3)]
    struct User {
        #[redis(id)]
        id: u64,
        name: String,
        plan: Plan,
        #[redis(nested)]
        address: Address,
        #[redis(nested)]
        billing: Option<Address>,
        #[redis(ttl = "15m")]
        otp: Expiring<String>,
        #[redis(json, ttl = 60)]
        cart: Expiring<Vec<u32>>,
        #[redis(json)]
        prefs: Option<serde_json::Value>,
        #[redis(rename = "nick_name", alias = "nick", alias = "alias")]
        nickname: Option<String>,
        #[redis(default = 7)]
        lucky: u8,
        #[redis(skip)]
        seen: usize,
        #[redis(version)]
        rev: u64,
    }

    #[derive(RedisFields, Debug, Clone, PartialEq)]
    struct Address {
        city: String,
        zip: Option<String>,
        #[redis(nested)]
        position: Option<Position>,
    }

    #[derive(RedisFields, Debug, Clone, PartialEq)]
    struct Position {
        lat: f64,
        lon: f64,
    }

    #[derive(RedisValue, Debug, Clone, PartialEq)]
    #[redis(rename_all = "snake_case")]
    enum Plan {
        #[redis(alias = "gratis")]
        FreeForAll,
        #[redis(rename = "$$")]
        Pro,
    }

    fn ada() -> User {
        User {
            id: 1,
            name: "Ada".into(),
            plan: Plan::FreeForAll,
            address: Address { city: "Oslo".into(), zip: None, position: Some(Position { lat: 59.9, lon: 10.7 }) },
            billing: None,
            otp: Expiring::new("271828".into()),
            cart: Expiring::none(),
            prefs: Some(serde_json::json!({ "theme": "dark" })),
            nickname: None,
            lucky: 8,
            seen: 0,
            rev: 0,
        }
    }

    #[test]
    fn a_model_reads_back_as_it_was_saved() -> Result<()> {
        let store = Store::embedded();
        let mut ada = ada();
        ada.save_mut(&store)?;
        assert!(ada.rev > 0);
        assert_eq!(User::load(1).run(&store)?, Some(ada));
        Ok(())
    }

    #[test]
    fn fields_lie_at_dotted_paths() -> Result<()> {
        let engine = Engine::new();
        let store = Store::on_engine(&engine);
        ada().save().run(&store)?;
        let stored = stored(&engine, "shop:user:{1}");
        let mut paths: Vec<_> = stored.keys().map(String::as_str).collect();
        paths.retain(|path| *path != "rev");
        let expected = [
            "@v",
            "address.city",
            "address.position",
            "address.position.lat",
            "address.position.lon",
            "lucky",
            "name",
            "plan",
            "prefs",
        ];
        assert_eq!(paths, expected);
        assert_eq!((&*stored["plan"], &*stored["@v"]), ("free_for_all", "3"));
        Ok(())
    }

    #[test]
    fn each_field_has_a_handle() -> Result<()> {
        let store = Store::embedded();
        ada().save().run(&store)?;
        let ada = User::at(1);
        ada.plan().set(Plan::Pro).run(&store)?;
        ada.address().zip().set("0150").run(&store)?;
        ada.address().position().lat().set(60.0).run(&store)?;
        ada.billing().set(&Address { city: "Bergen".into(), zip: None, position: None }).run(&store)?;
        ada.cart().set(vec![1, 2]).run(&store)?;
        ada.prefs().set(serde_json::json!([])).run(&store)?;
        let loaded = User::fetch(1).run(&store)?;
        assert_eq!(loaded.plan, Plan::Pro);
        assert_eq!(loaded.address.zip.as_deref(), Some("0150"));
        assert_eq!(loaded.address.position.map(|position| position.lat), Some(60.0));
        assert_eq!(loaded.billing.map(|billing| billing.city).as_deref(), Some("Bergen"));
        assert_eq!(loaded.cart.get(), Some(&vec![1, 2]));
        assert_eq!(loaded.prefs, Some(serde_json::json!([])));
        assert_eq!(ada.rev().get().run(&store)?, Some(loaded.rev));
        Ok(())
    }

    #[test]
    fn an_expiring_field_lives_as_long_as_its_attribute_says() -> Result<()> {
        let store = Store::embedded();
        ada().save().run(&store)?;
        User::at(1).cart().set(vec![1]).run(&store)?;
        let left = |left| match left {
            TimeLeft::Left(left) => left,
            other => panic!("{other:?}"),
        };
        let (record, otp, cart) = (User::at(1).ttl(), User::at(1).otp().ttl(), User::at(1).cart().ttl());
        let minute = Duration::from_secs(60);
        let about = |left: Duration, whole: Duration| left <= whole && left + minute / 2 > whole;
        assert!(about(left(record.run(&store)?), minute * 60 * 24 * 30));
        assert!(about(left(otp.run(&store)?), minute * 15));
        assert!(about(left(cart.run(&store)?), minute));
        Ok(())
    }

    #[test]
    fn earlier_names_and_defaults_are_read() -> Result<()> {
        let engine = Engine::new();
        let store = Store::on_engine(&engine);
        ada().save().run(&store)?;
        let mut connection = engine.connection();
        let mut run = |cmd: &mut redis::Cmd| cmd.query::<()>(&mut connection).expect("a command");
        run(redis::cmd("HSET").arg("shop:user:{1}").arg(&["nick", "countess", "plan", "gratis"]));
        run(redis::cmd("HDEL").arg("shop:user:{1}").arg("lucky"));
        let loaded = User::fetch(1).run(&store)?;
        assert_eq!(loaded.nickname.as_deref(), Some("countess"));
        assert_eq!((loaded.lucky, loaded.plan.clone()), (7, Plan::FreeForAll));
        loaded.save().run(&store)?;
        let stored = stored(&engine, "shop:user:{1}");
        assert_eq!((stored.get("nick"), stored["nick_name"].as_str()), (None, "countess"));
        Ok(())
    }

    #[test]
    fn an_unknown_name_is_told_with_those_that_are_known() {
        let error = Plan::decode(b"Pro").expect_err("another name");
        assert_eq!(error.to_string(), "expected one of `free_for_all`, `$$`, found \"Pro\"");
    }

    #[test]
    fn handles_can_be_copied_and_looked_at() {
        let at = User::at(1);
        assert_eq!(format!("{:?}", at.clone()), format!("{at:?}"));
        assert!(format!("{:?}", at.address()).starts_with("AddressAt("));
    }
}

mod paths {
    use super::*;

    #[derive(RedisModel)]
    #[redis(rename_all = "camelCase")]
    struct Page<T: Clone, const N: usize>
    where
        T: PartialEq,
    {
        #[redis(id)]
        id: u64,
        r#type: u8,
        #[redis(nested)]
        content: Boxed<T>,
        #[redis(nested)]
        old_content: Option<Boxed<T>>,
        checksum: [u8; N],
    }

    #[derive(RedisFields)]
    #[redis(rename_all = "UPPERCASE")]
    struct Boxed<T> {
        value: T,
        #[redis(rename = "len")]
        length: usize,
    }

    #[derive(RedisModel)]
    struct Generic<A, B> {
        #[redis(id)]
        id: A,
        value: B,
    }

    type Alias = Page<Option<String>, 4>;

    const TYPE: Path<Alias, u8> = path!(Alias.r#type);

    impl<T: RedisValue + Clone + PartialEq + Send + 'static, const N: usize> Page<T, N> {
        const CHECKSUM: Path<Self, [u8; N]> = path!(Self.checksum);
    }

    #[test]
    fn they_are_stored_names() {
        assert_eq!(path!(Generic<u8, Vec<u8>>.value).as_str(), "value");
        let content: SubtreePath<Alias, Boxed<Option<String>>> = path!(Alias.content);
        assert_eq!(TYPE.as_str(), "type");
        assert_eq!(content.as_str(), "content");
        assert_eq!(path!(Alias.old_content.length).as_str(), "oldContent.len");
        assert_eq!(path!(self::Alias.content.value).as_str(), "content.VALUE");
        assert_eq!(Page::<String, 2>::CHECKSUM.as_str(), "checksum");
    }

    #[test]
    fn an_option_in_a_parameter_is_optional() -> Result<()> {
        let store = Store::embedded();
        let content = Boxed { value: Some("x".to_owned()), length: 1 };
        let page = Alias { id: 1, r#type: 2, content, old_content: None, checksum: *b"abcd" };
        page.save().run(&store)?;
        let value: Path<Alias, String> = path!(Alias.content.value);
        assert_eq!(Alias::at(1).select(value).run(&store)?.as_deref(), Some("x"));
        Alias::at(1).content().value().clear().run(&store)?;
        let loaded = Alias::fetch(1).run(&store)?;
        assert_eq!((loaded.content.value, loaded.content.length, &loaded.checksum), (None, 1, b"abcd"));
        Ok(())
    }
}

mod aliases {
    use super::*;

    type Maybe<T> = Option<T>;
    type Revision = u64;

    #[derive(RedisModel, Debug, PartialEq)]
    struct Item {
        #[redis(id)]
        id: String,
        label: Maybe<String>,
        qualified: std::option::Option<u8>,
        #[redis(nested)]
        part: Maybe<Part>,
        #[redis(version)]
        revision: Revision,
    }

    #[derive(RedisFields, Debug, PartialEq)]
    struct Part {
        size: Maybe<i32>,
    }

    #[test]
    fn of_options_are_optional() -> Result<()> {
        let store = Store::embedded();
        let mut item =
            Item { id: "a".into(), label: None, qualified: None, part: Some(Part { size: None }), revision: 0 };
        item.save_mut(&store)?;
        assert_eq!(Item::load("a").run(&store)?, Some(item));
        let label: Path<Item, String> = path!(Item.label);
        assert_eq!(Item::at("a").select((label, path!(Item.part.size))).run(&store)?, (None, None));
        Ok(())
    }
}

mod ids {
    use super::*;

    #[derive(RedisModel, Debug, PartialEq)]
    struct Account {
        #[redis(id)]
        number: u32,
        #[redis(id, tag)]
        tenant: String,
        #[redis(id)]
        kind: Kind,
        balance: i64,
    }

    #[derive(RedisValue, Debug, PartialEq, Clone, Copy)]
    enum Kind {
        Cash,
        r#Box,
    }

    #[derive(RedisValue, Debug, PartialEq, Clone)]
    struct OrderId(u64);

    #[derive(RedisValue, Debug, PartialEq, Clone)]
    struct Price {
        cents: f64,
    }

    #[derive(RedisModel, Debug, PartialEq)]
    struct Order {
        #[redis(id)]
        id: OrderId,
        price: Price,
    }

    #[test]
    fn several_fields_make_one() -> Result<()> {
        let store = Store::embedded();
        let account = Account { number: 7, tenant: "acme".into(), kind: Kind::Box, balance: -5 };
        account.save().run(&store)?;
        assert_eq!(account.key().to_string(), "account:{acme}:7:Box");
        assert_eq!(Account::load((7, "acme", Kind::Box)).run(&store)?, Some(account));
        assert_eq!(Account::load((7, "acme", Kind::Cash)).run(&store)?, None);
        let ids: Result<Vec<_>> = Account::scan(&store).collect();
        assert_eq!(ids?, [(7, "acme".to_owned(), Kind::Box)]);
        Ok(())
    }

    #[test]
    fn a_newtype_is_stored_as_its_field() -> Result<()> {
        let engine = Engine::new();
        let store = Store::on_engine(&engine);
        let order = Order { id: OrderId(7), price: Price { cents: 12.5 } };
        order.save().run(&store)?;
        assert_eq!(stored(&engine, "order:{7}")["price"], "12.5");
        assert_eq!(Order::load(OrderId(7)).run(&store)?, Some(order));
        let ids: Result<Vec<_>> = Order::scan(&store).collect();
        assert_eq!(ids?, [OrderId(7)]);
        Ok(())
    }
}

mod values {
    use super::*;

    #[derive(RedisValue, Serialize, Deserialize, Debug, PartialEq, Clone)]
    #[redis(json)]
    enum Event {
        Login { at: u64 },
        Logout,
    }

    #[derive(RedisValue, Serialize, Deserialize, Debug, PartialEq, Clone)]
    #[redis(msgpack)]
    struct Pair<A, B>(A, B);

    #[derive(RedisModel, Debug, PartialEq)]
    struct Log {
        #[redis(id)]
        id: u64,
        last: Event,
        pair: Option<Pair<u8, String>>,
        #[redis(text)]
        host: Option<std::net::IpAddr>,
    }

    #[test]
    fn serde_types_are_one_value() -> Result<()> {
        let engine = Engine::new();
        let store = Store::on_engine(&engine);
        let host = Some(std::net::IpAddr::from([127, 0, 0, 1]));
        let log = Log { id: 1, last: Event::Login { at: 5 }, pair: Some(Pair(1, "x".into())), host };
        log.save().run(&store)?;
        assert_eq!(stored(&engine, "log:{1}")["last"], r#"{"Login":{"at":5}}"#);
        assert_eq!(Log::load(1).run(&store)?, Some(log));
        Log::at(1).last().set(Event::Logout).run(&store)?;
        Log::at(1).host().set(std::net::IpAddr::from([10, 0, 0, 1])).run(&store)?;
        assert_eq!(stored(&engine, "log:{1}")["host"], "10.0.0.1");
        Ok(())
    }
}

/// Under the lints that strict crates turn on.
pub mod strict {
    #![deny(
        missing_docs,
        missing_debug_implementations,
        private_bounds,
        private_interfaces,
        unreachable_pub,
        unnameable_types,
        unused_qualifications,
        clippy::pedantic,
        warnings
    )]

    use redis_model::{RedisFields, RedisModel};

    /// A user.
    #[derive(RedisModel, Debug)]
    pub struct User {
        /// The id.
        #[redis(id)]
        pub id: u64,
        /// The name.
        pub name: String,
        secret: Secret,
        #[redis(nested)]
        part: Part,
    }

    /// A part.
    #[derive(RedisFields, Debug)]
    pub struct Part {
        /// A field without an underscore.
        pub first_field: Option<u8>,
        pub(crate) second_field: bool,
    }

    #[derive(redis_model::RedisValue, Debug)]
    struct Secret(String);

    #[derive(RedisModel, Debug)]
    struct OnlyId {
        #[redis(id)]
        id: u8,
    }

    #[test]
    fn generated_code_is_clean() {
        let part = Part { first_field: None, second_field: true };
        let user = User { id: 1, name: String::new(), secret: Secret(String::new()), part };
        assert_eq!(user.key().to_string(), "user:{1}");
        assert_eq!(OnlyId { id: 1 }.handle().key().to_string(), "only-id:{1}");
    }
}

/// With the runtime under another name.
mod renamed {
    mod elsewhere {
        pub(super) use redis_model as runtime;
    }
    use self::elsewhere::runtime::{RedisModel as _, path};

    #[derive(elsewhere::runtime::RedisModel)]
    #[redis(crate = elsewhere::runtime)]
    struct User {
        #[redis(id)]
        id: u64,
        #[redis(nested)]
        part: Part,
    }

    #[derive(elsewhere::runtime::RedisFields)]
    #[redis(crate = elsewhere::runtime)]
    struct Part {
        kind: Kind,
    }

    #[derive(elsewhere::runtime::RedisValue)]
    #[redis(crate = crate::renamed::elsewhere::runtime)]
    enum Kind {
        One,
    }

    #[test]
    fn the_runtime_may_be_anywhere() {
        let user = User { id: 1, part: Part { kind: Kind::One } };
        assert_eq!(user.key().to_string(), "user:{1}");
        assert_eq!(path!(User.part.kind).as_str(), "part.kind");
    }
}

/// Names that generated code uses itself.
#[allow(non_snake_case, non_camel_case_types)]
mod clashes {
    use super::*;

    // What is in the prelude may be something else here.
    type Some = ();
    struct Result;
    struct Segment0;
    struct Root;

    type M = u8;
    type P = Option<u8>;

    #[derive(RedisModel, Debug, PartialEq)]
    struct Names {
        #[redis(id)]
        id: u64,
        key: String,
        load: u8,
        record: M,
        whole: P,
        model: String,
        place: String,
        deref: String,
        P: u8,
        __end: u8,
        __paths: u8,
        save: u8,
        #[redis(nested)]
        inner: Inner,
    }

    #[derive(RedisFields, Debug, PartialEq)]
    struct Inner {
        get: M,
        set: P,
        clear: u8,
        place: u8,
        #[redis(default = id())]
        input: u8,
    }

    fn id() -> u8 {
        9
    }

    #[test]
    fn fields_shadow_operations_and_never_collide() -> redis_model::Result<()> {
        let store = Store::embedded();
        let _: (Some, Result, Segment0, Root) = ((), Result, Segment0, Root);
        let inner = Inner { get: 1, set: None, clear: 2, place: 3, input: 4 };
        let text = String::new;
        let names = Names {
            id: 1,
            key: "k".into(),
            load: 2,
            record: 3,
            whole: None,
            model: text(),
            place: text(),
            deref: text(),
            P: 4,
            __end: 5,
            __paths: 6,
            save: 7,
            inner,
        };
        names.save().run(&store)?;
        let at = Names::at(1);
        assert_eq!(at.load().get().run(&store)?, Some(2));
        assert_eq!(at.key().get().run(&store)?.as_deref(), Some("k"));
        assert_eq!((*at).load().run(&store)?, Some(names));
        assert_eq!(at.inner().get().get().run(&store)?, Some(1));
        at.inner().input().clear().run(&store)?;
        assert_eq!((*at.inner()).get().run(&store)?.map(|inner| inner.input), Some(9));
        assert_eq!(path!(Names.__end).as_str(), "__end");
        Ok(())
    }
}

/// Visibility is that of the fields and of the struct.
mod visibility {
    use super::*;

    mod inside {
        use super::*;

        #[derive(RedisModel)]
        pub(super) struct Open {
            #[redis(id)]
            pub(super) id: u64,
            pub(in crate::visibility) seen: u8,
            #[redis(nested)]
            hidden: Hidden,
        }

        #[derive(RedisFields)]
        struct Hidden {
            value: u8,
        }

        impl Open {
            pub(super) const HIDDEN: Path<Self, u8> = path!(Self.hidden.value);

            pub(super) fn new(id: u64) -> Self {
                Self { id, seen: 0, hidden: Hidden { value: 0 } }
            }
        }
    }

    #[test]
    fn what_is_hidden_stays_in_its_module() {
        let open = inside::Open::new(1);
        let handle: inside::OpenAt = open.handle();
        assert_eq!((handle.seen().path(), inside::Open::HIDDEN.as_str(), open.id), ("seen", "hidden.value", 1));
    }
}

#[test]
fn a_struct_may_stand_in_a_function() -> Result<()> {
    #[derive(RedisModel)]
    struct Local {
        #[redis(id)]
        id: u64,
        #[redis(nested)]
        part: LocalPart,
    }

    #[derive(RedisFields)]
    struct LocalPart {
        value: LocalValue,
    }

    #[derive(RedisValue, Debug, PartialEq)]
    enum LocalValue {
        Only,
    }

    let store = Store::embedded();
    Local { id: 1, part: LocalPart { value: LocalValue::Only } }.save().run(&store)?;
    let handle: LocalAt = Local::at(1);
    assert_eq!(handle.part().value().get().run(&store)?, Some(LocalValue::Only));
    assert_eq!(path!(Local.part.value).as_str(), "part.value");
    Ok(())
}

#[test]
fn a_struct_may_come_from_a_macro() {
    macro_rules! model {
        ($name:ident, $id:ty, $value:ty, $prefix:literal) => {
            #[derive(RedisModel)]
            #[redis(prefix = $prefix)]
            struct $name {
                #[redis(id)]
                id: $id,
                value: $value,
            }
        };
    }
    model!(Made, u64, Option<Vec<u8>>, "made");
    assert_eq!(Made { id: 1, value: None }.key().to_string(), "made:{1}");
    let _: Path<Made, Vec<u8>> = path!(Made.value);
}
