//! What must hold of all invoices whatever happened.

use billing::invoice::{Content, Status};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, HashSet};
use store::Store;
use store::credit_notes::{self, CreditNoteFilter};
use store::invoices::{InvoiceFilter, InvoiceRecord, lines, list};

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Books {
    /// Issued invoices by number.
    pub issued: BTreeMap<String, InvoiceRecord>,
    /// Drafts.
    pub drafts: Vec<InvoiceRecord>,
    /// Numbers of credit notes.
    pub credit_notes: Vec<String>,
}

/// Reads all invoices and checks them: numbers without gaps, one invoice for each period, hashes, lines and sums.
pub async fn assert_sound(store: &Store) -> Books {
    let books = read(store).await;
    let mut seqs: BTreeMap<(String, i32), Vec<i64>> = BTreeMap::new();
    let mut periods = HashSet::new();
    for invoice in books.issued.values().chain(&books.drafts) {
        if invoice.status != Status::Void {
            assert!(periods.insert((invoice.tenant, invoice.period)), "a period has one invoice: {}", invoice.id);
        }
    }
    for (number, invoice) in &books.issued {
        let issued = invoice.issued.as_ref().unwrap();
        let hash: [u8; 32] = Sha256::digest(&invoice.content).into();
        assert_eq!(issued.hash, hash, "{number} is as it was hashed");
        let content: Content = invoice.document().unwrap();
        assert_eq!(content.canonical(), invoice.content, "{number} is kept in its canonical form");
        let sum: i64 = content.lines.iter().filter(|line| line.counts()).map(|line| line.amount_minor).sum();
        assert_eq!(sum, content.net_minor, "the lines of {number} add up");
        assert_eq!(content.total_minor, invoice.total_minor, "{number} says the same in its row");
        let own = lines::of_invoice;
        let (tenant, id) = (invoice.tenant, invoice.id);
        let kept = store.read(move |read| Box::pin(async move { own(read, tenant, id).await })).await.unwrap();
        assert_eq!(kept.len(), content.lines.len(), "all lines of {number} are there");
        for (kept, line) in kept.iter().zip(&content.lines) {
            assert_eq!((kept.no, kept.amount_minor), (line.no, line.amount_minor), "line by line of {number}");
        }
        seqs.entry((issued.series.clone(), issued.year.unwrap())).or_default().push(issued.seq.unwrap());
    }
    for ((series, year), mut seqs) in seqs {
        seqs.sort_unstable();
        let expected: Vec<i64> = (1..=i64::try_from(seqs.len()).unwrap()).collect();
        assert_eq!(seqs, expected, "the numbers of {series} {year} have no gap");
    }
    let mut notes: Vec<i64> =
        books.credit_notes.iter().map(|number| number.rsplit('-').next().unwrap().parse().unwrap()).collect();
    notes.sort_unstable();
    let expected: Vec<i64> = (1..=i64::try_from(notes.len()).unwrap()).collect();
    assert_eq!(notes, expected, "the numbers of credit notes have no gap");
    books
}

async fn read(store: &Store) -> Books {
    store
        .read(|read| {
            Box::pin(async move {
                let filter = InvoiceFilter::all(billing::time::Day::from_number(20_260_420).unwrap());
                let (mut issued, mut drafts, mut after) = (BTreeMap::new(), Vec::new(), None);
                loop {
                    let (rows, next) = list::page(read, &filter, after, 97).await?;
                    for row in rows {
                        match &row.invoice.issued {
                            Some(number) => {
                                let twice = issued.insert(number.number.clone(), row.invoice.clone());
                                assert!(twice.is_none(), "a number is given once");
                            }
                            None => drafts.push(row.invoice),
                        }
                    }
                    after = next;
                    if after.is_none() {
                        break;
                    }
                }
                let notes = credit_notes::page(read, &CreditNoteFilter::default(), None, 10_000).await?;
                let credit_notes = notes.into_iter().map(|listed| listed.note.number).collect();
                Ok::<_, store::StoreError>(Books { issued, drafts, credit_notes })
            })
        })
        .await
        .unwrap()
}
