//! Directory roles that are built in.
//!
//! learn.microsoft.com/entra/identity/role-based-access-control/permissions-reference

/// Template id of the role that nobody may lose the last of.
pub(crate) const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

macro_rules! roles {
    ($($const:ident = $id:literal $name:literal,)+) => {
        $(pub(super) const $const: &str = $id;)+
        /// Template id and name of the built-in roles that we know.
        pub(crate) const ROLES: &[(&str, &str)] = &[(GLOBAL_ADMINISTRATOR, "Global Administrator"), $(($const, $name),)+];
    };
}

roles! {
    PRIVILEGED_ROLE = "e8611ab8-c189-46e8-94e1-60213ab1f814" "Privileged Role Administrator",
    PRIVILEGED_AUTHENTICATION = "7be44c8a-adaf-4e2a-84d6-ab2649e08a13" "Privileged Authentication Administrator",
    AUTHENTICATION = "c4e39bd9-1100-46d3-8c65-fb160da0071f" "Authentication Administrator",
    AUTHENTICATION_POLICY = "0526716b-113d-4c15-b2c8-68e3c22b9f80" "Authentication Policy Administrator",
    USER = "fe930be7-5e62-47db-91af-98c3a49a38b1" "User Administrator",
    HELPDESK = "729827e3-9c14-49f7-bb1b-9608f156bbb8" "Helpdesk Administrator",
    PASSWORD = "966707d0-3269-4727-9be2-8c3a10f19b9d" "Password Administrator",
    SECURITY = "194ae4cb-b126-40b2-bd5b-6091b380977d" "Security Administrator",
    SECURITY_OPERATOR = "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f" "Security Operator",
    SECURITY_READER = "5d6b6bb7-de71-4623-b4af-96380a352509" "Security Reader",
    CONDITIONAL_ACCESS = "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9" "Conditional Access Administrator",
    EXCHANGE = "29232cdf-9323-42fd-ade2-1d097af3e4de" "Exchange Administrator",
    EXCHANGE_RECIPIENT = "31392ffb-586c-42d1-9346-e59415a2cc4e" "Exchange Recipient Administrator",
    GLOBAL_READER = "f2ef992c-3afb-46b9-b7cf-a126ee74c451" "Global Reader",
    GROUPS = "fdd7a751-b60b-444a-984c-02652fe8fa1c" "Groups Administrator",
    DIRECTORY_READERS = "88d8e3e3-8f55-4a1e-953a-9b9898b8876b" "Directory Readers",
    GUEST_INVITER = "95e79109-95c0-4d8e-aee3-d01accf2d47b" "Guest Inviter",
    MESSAGE_CENTER_READER = "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b" "Message Center Reader",
    REPORTS_READER = "4a5d8f65-41da-4de4-8968-e035b65339cf" "Reports Reader",
    USAGE_SUMMARY_READER = "75934031-6c7e-415a-99d7-48dbd49e875e" "Usage Summary Reports Reader",
    APPLICATION = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3" "Application Administrator",
    CLOUD_APPLICATION = "158c047a-c907-4556-b7ef-446551a6b5f7" "Cloud Application Administrator",
    HYBRID_IDENTITY = "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2" "Hybrid Identity Administrator",
    DIRECTORY_WRITERS = "9360feb5-f418-4baa-8175-e2a00bac4301" "Directory Writers",
    PARTNER_TIER1 = "4ba39ca4-527c-499a-b93d-d9b492c50246" "Partner Tier1 Support",
    PARTNER_TIER2 = "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8" "Partner Tier2 Support",
}

/// The name of a built-in role; other ids are given back as they are.
pub(crate) fn role_name(id: &str) -> &str {
    ROLES.iter().find(|(known, _)| known.eq_ignore_ascii_case(id)).map_or(id, |(_, name)| name)
}
