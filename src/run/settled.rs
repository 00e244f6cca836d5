//! Who is as wanted already, found out before the guard counts: a list of everybody in which a few states were edited
//! touches those few.
//!
//! Only where each person has wishes of their own. Whoever is found settled is not written to in this run, whatever others
//! do meanwhile: so nobody is touched who was not counted.

use std::{collections::BTreeMap, sync::Arc};

use futures_util::{StreamExt, stream};

use super::{order::Order, plan::Steps, survey::Ground};
use crate::{
    change::{State, Subject},
    error::Result,
    job::Reporter,
    service::Services,
    session::Connected,
    target::Selected,
};

/// States that are read at once.
const READ_AT_ONCE: usize = 256;

/// The states of those who are as wanted already, by object id. Who could not be read is not among them.
pub(super) async fn settled(
    order: &Order,
    ground: &Ground,
    session: &Arc<Connected>,
    reporter: &Reporter,
) -> Result<BTreeMap<String, State>> {
    if !matches!(order.steps, Steps::Own(..)) {
        return Ok(BTreeMap::new());
    }
    let services = &Services::new(session, &ground.identity, reporter.cancelled(), reporter.cancelled());
    let read = |Selected { person, .. }: &Selected| {
        let (subject, id) = (Subject::from(person), person.id.clone());
        let wanted = match order.steps.of(&id) {
            [only] => Some(&only.wanted),
            _ => None,
        };
        async move {
            let wanted = wanted?;
            let state = wanted.read_before(&subject, services).await.ok()?;
            wanted.already(&state).then_some((id, state))
        }
    };
    let reads: Vec<_> = ground.selection.people.iter().map(read).collect();
    let settled = stream::iter(reads).buffer_unordered(READ_AT_ONCE).filter_map(std::future::ready).collect().await;
    reporter.check()?;
    Ok(settled)
}
