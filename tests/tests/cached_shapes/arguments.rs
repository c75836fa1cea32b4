//! Arguments of all kinds.

use std::{borrow::Cow, cell::RefCell, fmt::Display, sync::Arc};

use redis_model::cached;

use crate::{Runs, stored, stored_blocking};

struct Database {
    runs: Runs,
}

#[cached(ttl = 60, skip(db))]
async fn skipped(db: &Database, id: u64) -> u64 {
    db.runs.add();
    id + 1
}

#[tokio::test]
async fn a_skipped_argument_is_no_part_of_the_key() {
    stored(async {
        let (one, other) = (Database { runs: Runs::new() }, Database { runs: Runs::new() });
        assert_eq!((skipped(&one, 7).await, skipped(&other, 7).await), (8, 8));
        assert_eq!((one.runs.count(), other.runs.count()), (1, 0));
        assert_eq!(skipped::peek(7).await.ok(), Some(Some(8)));
    })
    .await;
}

static NONE: Runs = Runs::new();

#[cached(ttl = 60)]
fn nothing() -> u32 {
    NONE.add()
}

#[test]
fn a_function_without_arguments_has_one_entry() {
    stored_blocking(|| {
        assert_eq!((nothing(), nothing()), (1, 1));
        assert_eq!(nothing::size().ok(), Some(1));
    });
}

#[cached(ttl = 60, skip(runs))]
async fn borrowed<'a>(runs: &Runs, name: &'a str, also: Cow<'a, str>, list: &[&str]) -> String {
    runs.add();
    format!("{name}{also}{}", list.concat())
}

#[tokio::test]
async fn arguments_may_borrow() {
    stored(async {
        let runs = Runs::new();
        for _ in 0..2 {
            assert_eq!(borrowed(&runs, "a", Cow::Borrowed("b"), &["c", "d"]).await, "abcd");
        }
        assert_eq!(borrowed::peek("a", Cow::Owned("b".into()), &["c", "d"]).await.ok(), Some(Some("abcd".into())));
        assert_eq!(runs.count(), 1);
    })
    .await;
}

static OWNED: Runs = Runs::new();

#[cached(ttl = 60, key = name)]
fn owned(mut name: String, (left, _): (u64, u64)) -> String {
    OWNED.add();
    name.push('!');
    name + &left.to_string()
}

#[test]
fn arguments_may_be_changed_and_taken_apart_by_the_body() {
    stored_blocking(|| {
        assert_eq!((owned("a".into(), (1, 2)), owned("a".into(), (3, 4))), ("a!1".into(), "a!1".into()));
        assert_eq!(OWNED.count(), 1);
        assert_eq!(owned::uncached("a".into(), (3, 4)), "a!3");
        assert_eq!(owned::bypass("a".into(), (5, 6)), "a!5");
        assert_eq!(owned::peek("a".into()).ok(), Some(Some("a!5".into())));
    });
}

#[cached(ttl = 60, key = name.to_lowercase())]
async fn by_expression(name: String, runs: Arc<Runs>) -> String {
    runs.add();
    name
}

#[tokio::test]
async fn a_key_may_be_computed_from_arguments_that_the_body_consumes() {
    stored(async {
        let runs = Arc::new(Runs::new());
        assert_eq!(by_expression("Ada".into(), runs.clone()).await, "Ada");
        assert_eq!(by_expression("ADA".into(), runs.clone()).await, "Ada");
        assert_eq!(by_expression::invalidate("ada".into()).await.ok(), Some(true));
        assert_eq!(runs.count(), 1);
    })
    .await;
}

#[cached(ttl = 60, key = "{tenant}/{id:04}")]
fn by_text(tenant: &str, id: u64, runs: &mut u32) -> u64 {
    *runs += 1;
    id + tenant.len() as u64
}

#[test]
fn a_key_may_be_a_text() {
    stored_blocking(|| {
        let mut runs = 0;
        assert_eq!((by_text("acme", 7, &mut runs), by_text("acme", 7, &mut runs)), (11, 11));
        assert_eq!(runs, 1);
        assert!(by_text::key("acme", 7).is_ok());
    });
}

#[cached(ttl = 60, skip(runs, shown))]
#[expect(clippy::needless_pass_by_value, reason = "owned trait objects are what this is about")]
fn trait_objects(runs: &dyn Fn(), shown: Box<dyn Display + '_>, id: u64) -> String {
    runs();
    format!("{shown}{id}")
}

#[test]
fn trait_objects_can_be_skipped() {
    stored_blocking(|| {
        let runs = Runs::new();
        let count = || _ = runs.add();
        assert_eq!(trait_objects(&count, Box::new("a"), 1), "a1");
        assert_eq!(trait_objects(&count, Box::new("b"), 1), "a1");
        assert_eq!(runs.count(), 1);
    });
}

#[cached(ttl = 60, key = (name.as_ref(), shown.to_string()))]
async fn opaque(name: impl AsRef<str>, shown: &dyn Display, runs: impl Fn()) -> String {
    runs();
    format!("{}{shown}", name.as_ref())
}

#[tokio::test]
async fn opaque_arguments_can_be_in_a_key() {
    stored(async {
        let runs = Runs::new();
        assert_eq!(opaque("a", &1, || _ = runs.add()).await, "a1");
        assert_eq!(opaque(String::from("a"), &"1", || _ = runs.add()).await, "a1");
        assert_eq!(opaque::peek("a", &1).await.ok(), Some(Some("a1".into())));
        assert_eq!(runs.count(), 1);
    })
    .await;
}

#[cached(ttl = 60, tags = ["user:{id}", format!("half:{}", id / 2)], key = (id, names.borrow().len()))]
async fn shared_with_no_thread(id: u64, names: &RefCell<String>) -> u64 {
    id + names.borrow().len() as u64
}

#[cached(ttl = 60, tags = ["user:{id}", format!("half:{}", id / 2)], key = "{id}:{name}", stale = 60)]
async fn spawned(id: u64, name: String) -> u64 {
    id + name.len() as u64
}

#[tokio::test]
async fn futures_can_be_spawned_whatever_keys_and_tags_are_made_of() {
    let store = redis_model::Store::embedded();
    let calls = async {
        assert_eq!(spawned(1, "a".into()).await, 2);
        assert_eq!(spawned::bypass(1, "a".into()).await, 2);
        assert_eq!(spawned::put(1, "b".into(), &3).await.ok(), Some(true));
        assert_eq!(spawned::peek(1, "b".into()).await.ok(), Some(Some(3)));
        assert_eq!(spawned::invalidate(1, "b".into()).await.ok(), Some(true));
        assert_eq!(spawned::clear().await.ok(), Some(1));
    };
    let task = tokio::spawn(async move { redis_model::cache::scope(&store, calls).await });
    assert!(task.await.is_ok());
    stored(async { assert_eq!(shared_with_no_thread(1, &RefCell::new("a".into())).await, 2) }).await;
}

#[cached(ttl = 60, key = "of {tenant}/{name:?}")]
fn in_a_text(tenant: &str, name: &str) -> u64 {
    (tenant.len() + name.len()) as u64
}

#[test]
fn a_text_tells_apart_what_it_is_made_of() {
    let texts = [("a/b", "c"), ("a", "b/c"), ("a%2Fb", "c")].map(|(tenant, name)| in_a_text::key(tenant, name).ok());
    assert!(texts.iter().all(Option::is_some) && texts[0] != texts[1] && texts[0] != texts[2], "{texts:?}");
    assert_eq!(stored_blocking(|| in_a_text("a/b", "c")), 4);
    let key = in_a_text::key("a/b", "c").map(|key| key.to_string());
    assert!(key.is_ok_and(|key| key.contains(":0:of a%252Fb/")), "{texts:?}");
}
