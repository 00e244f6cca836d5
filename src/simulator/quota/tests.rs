use super::*;

fn limit(quota: Quota) -> Limit {
    quota.limit(200, Clock::new(1.0))
}

const WRITE: Cost = Cost::Directory { resource_units: 1, write: true };
const READ: Cost = Cost::Directory { resource_units: 2, write: false };

fn app(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

#[test]
fn limits_follow_the_size_of_the_tenant_and_the_time_scale() {
    let clock = Clock::new(10.0);
    let ten = Duration::from_secs(1);
    for (people, most) in [(49, 3_500), (50, 5_000), (500, 5_000), (501, 8_000)] {
        assert_eq!(Quota::Units.limit(people, clock), Limit { most, length: ten });
    }
    assert_eq!(Quota::Writes.limit(10, clock), Limit { most: 3_000, length: Duration::from_secs(15) });
    assert_eq!(Quota::TenantWrites.limit(10, clock), Limit { most: 18_000, length: Duration::from_secs(30) });
    assert_eq!(Quota::AppWrites.limit(10, clock), Limit { most: 35_000, length: Duration::from_secs(30) });
    assert_eq!(Quota::Reports.limit(10, clock), Limit { most: 5, length: ten });
}

#[test]
fn the_write_after_three_thousand_waits_for_the_window() {
    let (ledger, start) = (Ledger::default(), Instant::now());
    let write = |at| ledger.charge(start + Duration::from_secs(at), app(1), WRITE, limit);
    for turn in 0..3_000 {
        write(turn / 20).unwrap();
    }
    let exceeded = write(149).unwrap_err();
    assert_eq!((exceeded.quota, exceeded.wait), (Quota::Writes, Duration::from_secs(1)));
    assert!(write(150).is_ok(), "20 writes of the first second have passed");
}

#[test]
fn apps_have_windows_of_their_own_but_share_the_tenants() {
    let (ledger, now) = (Ledger::default(), Instant::now());
    for number in 1..=6 {
        for _ in 0..3_000 {
            // In a window of units that is never full, so that writes alone decide.
            ledger.charge(now, app(number), WRITE, |quota| Limit { most: u32::MAX, ..limit(quota) }).unwrap();
        }
    }
    let exceeded = ledger.charge(now, app(7), WRITE, limit).unwrap_err();
    assert_eq!((exceeded.quota, exceeded.wait), (Quota::TenantWrites, Duration::from_secs(300)));
    assert!(ledger.charge(now, app(7), READ, limit).is_ok());
}

#[test]
fn load_is_told_above_four_fifths_only() {
    let (ledger, now) = (Ledger::default(), Instant::now());
    let mut last = Charged { resource_units: None, load: 0.0 };
    let mut told = Vec::new();
    for turn in 1..=2_500 {
        last = ledger.charge(now, app(1), READ, limit).unwrap();
        let mut answer = Answer::empty(200);
        last.mark(&mut answer);
        assert_eq!(answer.headers["x-ms-resource-unit"], "2");
        if answer.headers.contains_key("x-ms-throttle-limit-percentage") {
            told.push(turn);
        }
    }
    assert_eq!(told.first(), Some(&2_001));
    assert!((last.load - 1.0).abs() < 1e-9);
    assert!(ledger.charge(now, app(1), READ, limit).is_err());
}

#[test]
fn reports_are_five_in_ten_seconds_and_leave_the_directorys_quotas_alone() {
    let (ledger, now) = (Ledger::default(), Instant::now());
    for _ in 0..5 {
        assert_eq!(ledger.charge(now, app(1), Cost::Report, limit).unwrap().resource_units, None);
    }
    let exceeded = ledger.charge(now, app(1), Cost::Report, limit).unwrap_err();
    assert_eq!((exceeded.quota, exceeded.wait), (Quota::Reports, Duration::from_secs(10)));
    assert!(ledger.charge(now, app(1), WRITE, limit).is_ok());
}
