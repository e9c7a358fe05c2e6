use serde_json::json;

use super::*;

fn key(method: &str, uri: Option<&str>) -> Key {
    Key {
        method: method.to_owned(),
        params: String::new(),
        uri: uri.map(str::to_owned),
    }
}

fn result(ttl: i64) -> Raw {
    json!({"ttlMs": ttl, "cacheScope": "private"}).into()
}

fn put(cache: &Cache, key: Key, ttl: i64, now: Instant) {
    let sent = cache.moment();
    cache.put(key, &result(ttl), sent, now);
}

#[test]
fn answers_hold_as_long_as_they_say() {
    let cache = Cache::new(true);
    let (now, tools) = (Instant::now(), key("tools/list", None));
    put(&cache, tools.clone(), 1000, now);
    let later = |millis| now + Duration::from_millis(millis);
    assert!(cache.get(&tools, later(999)).is_some());
    assert!(cache.get(&tools, later(1000)).is_none());
    for ttl in [0, -5] {
        put(&cache, tools.clone(), ttl, now);
        assert!(cache.get(&tools, now).is_none(), "{ttl}");
    }
    let silent = json!({"tools": []}).into();
    cache.put(tools.clone(), &silent, cache.moment(), now);
    assert!(cache.get(&tools, now).is_none());
}

#[test]
fn a_change_ends_what_it_touches_and_what_is_under_way() {
    let cache = Cache::new(true);
    let now = Instant::now();
    let (tools, prompts) = (key("tools/list", None), key("prompts/list", None));
    let (part, other) = (
        key("resources/read", Some("test://a/")),
        key("resources/read", Some("test://b")),
    );
    for key in [&tools, &prompts, &part, &other] {
        put(&cache, key.clone(), 1000, now);
    }
    let sent = cache.moment();
    cache.invalidate(&Change::Tools);
    cache.invalidate(&Change::Resource("test://a/1".to_owned()));
    assert!(cache.get(&tools, now).is_none());
    assert!(cache.get(&part, now).is_none());
    assert!(cache.get(&prompts, now).is_some());
    assert!(cache.get(&other, now).is_some());

    cache.put(tools.clone(), &result(1000), sent, now);
    assert!(
        cache.get(&tools, now).is_none(),
        "it was asked for before the change"
    );
}

#[test]
fn the_cache_is_bounded_and_keeps_what_is_used() {
    let cache = Cache::new(true);
    let now = Instant::now();
    let nth = |nth: usize| key("resources/read", Some(&nth.to_string()));
    for n in 0..MOST_ENTRIES {
        put(&cache, nth(n), 1000, now);
    }
    assert!(cache.get(&nth(0), now).is_some());
    put(&cache, nth(MOST_ENTRIES), 1000, now);
    assert!(cache.get(&nth(0), now).is_some());
    assert!(cache.get(&nth(1), now).is_none());
    assert_eq!(cache.kept.lock().entries.len(), MOST_ENTRIES);

    let big: Raw = json!({"ttlMs": 1000, "text": "x".repeat(MOST_BYTES / 2)}).into();
    for n in 0..3 {
        cache.put(nth(n), &big, cache.moment(), now);
    }
    let bytes = cache.kept.lock().bytes;
    assert!(bytes <= MOST_BYTES && cache.get(&nth(2), now).is_some());
}

#[test]
fn a_cache_that_is_off_keeps_nothing() {
    let cache = Cache::new(false);
    put(&cache, key("tools/list", None), 1000, Instant::now());
    assert!(
        cache
            .get(&key("tools/list", None), Instant::now())
            .is_none()
    );
}
