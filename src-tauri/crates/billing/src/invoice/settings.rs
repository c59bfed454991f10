//! Who bills and how a tenant is billed: what a person set, with defaults that hold where nobody did.

use super::content::Party;
use crate::exact::{optional_text, text};
use crate::meter::text_enum;
use crate::period::GRACE_DAYS;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

text_enum! {
    /// Whether a person approves invoices before they are finalized.
    Approval {
        /// As the settings say.
        Settings = "settings",
        /// Always.
        Always = "always",
        /// Never.
        Never = "never",
    }
}

/// Who bills, and what holds for all tenants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// Who bills.
    pub seller: Party,
    /// A picture at the head of documents: PNG in base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub logo: Option<String>,
    /// The zone of issue dates, an IANA name.
    pub zone: String,
    /// Series of invoice numbers: `INV` gives `INV-2026-000001`.
    pub invoice_series: String,
    /// Series of credit note numbers.
    pub credit_series: String,
    /// Days from issue to due.
    pub terms_days: u32,
    /// Local days after the end of a period in which what arrives is still its own.
    pub grace_days: u32,
    /// A sentence on every invoice.
    pub note: Option<String>,
    /// Totals from here on wait for a person's approval, in major units; none for no limit. The same figure in every
    /// currency.
    #[serde(with = "optional_text")]
    pub approval_from: Option<Decimal>,
    /// The runaway brake stops at this many times the mean of the last three invoices.
    #[serde(with = "text")]
    pub brake_factor: Decimal,
    /// And only from this total on, in major units.
    #[serde(with = "text")]
    pub brake_from: Decimal,
    /// Accounts of the journal by kind of line, and `receivable`, `tax`, `prepaid`, `bank`, `bad_debt`.
    pub accounts: BTreeMap<String, String>,
}

impl Default for Settings {
    fn default() -> Self {
        let accounts = [
            ("receivable", "1200"),
            ("tax", "3800"),
            ("prepaid", "3270"),
            ("bank", "1800"),
            ("bad_debt", "6930"),
            ("fee", "4400"),
            ("usage", "4410"),
            ("late", "4410"),
            ("maximum", "4410"),
            ("minimum", "4420"),
            ("discount", "4730"),
            ("coupon", "4730"),
            ("item", "4400"),
        ];
        Self {
            seller: Party { name: "Your company".to_owned(), ..Party::default() },
            logo: None,
            zone: "UTC".to_owned(),
            invoice_series: "INV".to_owned(),
            credit_series: "CN".to_owned(),
            terms_days: 30,
            grace_days: u32::try_from(GRACE_DAYS).expect("a few days"),
            note: None,
            approval_from: None,
            brake_factor: Decimal::TEN,
            brake_from: Decimal::ONE_THOUSAND,
            accounts: accounts.into_iter().map(|(name, account)| (name.to_owned(), account.to_owned())).collect(),
        }
    }
}

/// How one tenant is billed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Account {
    /// Who is billed; an empty name is the tenant's own.
    pub buyer: Party,
    /// Tax in percent, exclusive.
    #[serde(with = "text")]
    pub tax_percent: Decimal,
    /// A sentence on tax, such as reverse charge.
    pub tax_note: Option<String>,
    /// Days from issue to due; none as the settings say.
    pub terms_days: Option<u32>,
    /// Whether a person approves its invoices.
    pub approval: Approval,
}

impl Default for Account {
    fn default() -> Self {
        Self {
            buyer: Party::default(),
            tax_percent: Decimal::ZERO,
            tax_note: None,
            terms_days: None,
            approval: Approval::Settings,
        }
    }
}
