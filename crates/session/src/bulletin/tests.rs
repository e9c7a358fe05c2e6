use super::*;

fn all(uris: &[&str]) -> Watched {
    Watched {
        tools: true,
        resources: true,
        prompts: true,
        uris: Arc::new(uris.iter().map(|uri| (*uri).to_owned()).collect()),
    }
}

fn resource(uri: &str) -> Change {
    Change::Resource(uri.to_owned())
}

/// What a listener that saw `seen` hears of now.
fn heard(bulletin: &Bulletin, seen: u64, watched: &Watched) -> Vec<Change> {
    let news = bulletin.between(seen, bulletin.version(), watched);
    news.into_iter().map(|news| news.change).collect()
}

#[test]
fn a_listener_hears_of_what_came_after_it_once_and_in_order() {
    let bulletin = Bulletin::new(100);
    bulletin.tell(Change::Tools);
    let seen = bulletin.version();
    assert_eq!(heard(&bulletin, seen, &all(&["a"])), []);
    bulletin.tell(resource("a"));
    bulletin.tell(Change::Prompts);
    bulletin.tell(resource("b"));
    bulletin.tell(Change::Prompts);
    let news = bulletin.between(seen, bulletin.version(), &all(&["a"]));
    let told: Vec<_> = news
        .iter()
        .map(|news| (&news.change, news.version))
        .collect();
    assert_eq!(told, [(&resource("a"), 102), (&Change::Prompts, 105)]);
    assert_eq!(heard(&bulletin, 105, &all(&["a"])), []);
}

#[test]
fn what_comes_while_a_listener_looks_is_left_for_its_next_look() {
    let bulletin = Bulletin::new(100);
    let seat = bulletin.seat();
    bulletin.tell(Change::Tools);
    bulletin.tell(resource("a"));
    let until = bulletin.wait(&Context::from_waker(Waker::noop()), &seat);
    bulletin.tell(resource("a"));
    bulletin.tell(Change::Prompts);
    let news = bulletin.between(100, until, &all(&["a"]));
    assert_eq!(news.len(), 1, "{news:?}");
    assert_eq!(news[0].change, Change::Tools);
    assert_eq!(
        heard(&bulletin, until, &all(&["a"])),
        [resource("a"), Change::Prompts]
    );
}

#[test]
fn whoever_comes_from_another_run_has_missed_everything() {
    for start in [0, 100] {
        let bulletin = Bulletin::new(start);
        for seen in [0, 99, 101, u64::MAX] {
            assert_eq!(heard(&bulletin, seen, &all(&["a"])).len(), 4, "{seen}");
        }
    }
}

#[test]
fn what_was_forgotten_is_told_of_all() {
    let bulletin = Bulletin::new(1);
    let seen = bulletin.version();
    for number in 0..=Bulletin::MAX_URIS {
        bulletin.tell(resource(&number.to_string()));
    }
    let watched = Watched {
        uris: Arc::new(["x".to_owned()].into()),
        ..Watched::default()
    };
    assert_eq!(heard(&bulletin, seen, &watched), [resource("x")]);
    assert_eq!(heard(&bulletin, bulletin.version(), &watched), []);
}

#[test]
fn whoever_watches_much_hears_the_same_as_whoever_watches_little() {
    let bulletin = Bulletin::new(1);
    let names: Vec<String> = (0..100).map(|number| number.to_string()).collect();
    let many = Watched {
        uris: Arc::new(names.iter().cloned().collect()),
        ..Watched::default()
    };
    for round in 0..40_u64 {
        for step in 0..=round {
            let name = (round * 7 + step * 13) % 100;
            bulletin.tell(resource(&name.to_string()));
        }
        let now = bulletin.version();
        for seen in [0, 1, now.saturating_sub(30), now.saturating_sub(round), now] {
            for until in [now, now - round / 2] {
                let each = names.iter().flat_map(|name| {
                    let one = Watched {
                        uris: Arc::new([name.clone()].into()),
                        ..Watched::default()
                    };
                    bulletin.between(seen, until, &one)
                });
                let mut each: Vec<News> = each.collect();
                let mut all = bulletin.between(seen, until, &many);
                // Those that never changed share a version, and have no order.
                let key = |news: &News| (news.version, format!("{:?}", news.change));
                each.sort_by_key(key);
                all.sort_by_key(key);
                assert_eq!(all, each, "round {round}, {seen} to {until}");
            }
        }
    }
}

#[test]
fn a_seat_that_was_left_is_forgotten() {
    let bulletin = Bulletin::new(1);
    let seat = bulletin.seat();
    assert_eq!(bulletin.wait(&Context::from_waker(Waker::noop()), &seat), 1);
    drop(seat);
    assert!(bulletin.state.lock().waiting.is_empty());
}
