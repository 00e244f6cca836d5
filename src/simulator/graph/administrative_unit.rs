//! Administrative units, as far as they show among what a person is in.

use super::property::{Field, Kind, Operators, Property, Resource};
use crate::simulator::tenant::AdministrativeUnit as Unit;

/// The type `administrativeUnit`. learn.microsoft.com/graph/api/resources/administrativeunit
pub(super) struct AdministrativeUnit;

impl Resource for AdministrativeUnit {
    type Object = Unit;
    const TYPE: &'static str = "microsoft.graph.administrativeUnit";
    const PROPERTIES: &'static [Property<Self>] = &[
        Property::<Self>::standard("id", Kind::Text, Operators::NONE, |unit, _| Field::Id(unit.id)),
        Property::<Self>::standard("displayName", Kind::Text, Operators::NONE, |unit, _| {
            Field::Text(&unit.display_name)
        }),
        Property::<Self>::standard("isMemberManagementRestricted", Kind::Flag, Operators::NONE, |unit, _| {
            Field::Flag(unit.restricted)
        }),
    ];
}
