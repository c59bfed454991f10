//! Printed documents as their reader gets them: the text that can be selected, the pages, the bytes. `pdftotext` and
//! `pdfinfo` read them, programs that share nothing with the one that writes.
//!
//! With `COUNTINGHOUSE_PICTURES=FOLDER` the documents are kept there to be looked at.

#![expect(clippy::unwrap_used, reason = "what is printed for a test must be readable")]

mod build;

use base64::Engine as _;
use build::{credit, event, explanation, invoice, line, short, usage};
use documents::Files;
use operations::document::{Documents, Logo};
use operations::wire::{InvoiceLine, InvoiceView};
use std::io::Write;
use std::process::{Command, Stdio};

/// What a person's reader selects, in the order of the page.
fn text_of(pdf: &[u8]) -> String {
    poppler("pdftotext", &["-raw", "-", "-"], pdf)
}

fn pages(pdf: &[u8]) -> u32 {
    let info = poppler("pdfinfo", &["-"], pdf);
    let line = info.lines().find(|line| line.starts_with("Pages:")).unwrap();
    line.split_whitespace().nth(1).unwrap().parse().unwrap()
}

fn poppler(program: &str, arguments: &[&str], pdf: &[u8]) -> String {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("{program} of poppler-utils is needed: {error}"));
    let mut input = child.stdin.take().unwrap();
    let bytes = pdf.to_vec();
    let writer = std::thread::spawn(move || input.write_all(&bytes));
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    // Older ones take a boolean of PDF 1.7 for an error.
    let said =
        String::from_utf8_lossy(&output.stderr).replace("Syntax Error: Suspects object is wrong type (boolean)\n", "");
    assert!(output.status.success() && said.is_empty(), "{program} reads it without complaint: {said}");
    String::from_utf8(output.stdout).unwrap()
}

fn keep(name: &str, pdf: &[u8]) {
    if let Some(folder) = std::env::var_os("COUNTINGHOUSE_PICTURES") {
        std::fs::write(std::path::Path::new(&folder).join(name).with_extension("pdf"), pdf).unwrap();
    }
}

fn printed(name: &str, view: &InvoiceView) -> (String, Vec<u8>) {
    let pdf = Files.invoice_pdf(view, None).unwrap();
    keep(name, &pdf);
    (text_of(&pdf), pdf)
}

fn assert_says(text: &str, wanted: &[&str]) {
    for wanted in wanted {
        assert!(text.contains(wanted), "'{wanted}' is not to be read in:\n{text}");
    }
}

fn picture() -> Logo {
    let (width, height) = (240_u32, 80_u32);
    let mut file = Vec::new();
    let mut encoder = png::Encoder::new(&mut file, width, height);
    encoder.set_color(png::ColorType::Rgb);
    let pixels: Vec<u8> = (0..width * height).flat_map(|index| [20, 90, u8::try_from(index % 200).unwrap()]).collect();
    encoder.write_header().unwrap().write_image_data(&pixels).unwrap();
    Logo::from_base64(&base64::engine::general_purpose::STANDARD.encode(&file)).unwrap()
}

#[test]
fn an_invoice_says_all_that_was_issued() {
    let (text, _) = printed("invoice-short", &short());
    assert_says(
        &text,
        &[
            "INV-2026-000042",
            "4 February 2026",
            "6 March 2026",
            "1 January 2026 – 31 January 2026",
            "Meridian Voice GmbH",
            "Torstraße 141",
            "Tax ID DE301928374",
            "Harbor Call Center",
            "USD 200.54 due",
            "Units, tier 2",
            "1,483.5 × 0.035",
            "-20.59",
            "Subtotal",
            "Tax 19 % on 185.33",
            "Paid by Launch credits",
            "-20.00",
            "Amount due (USD)",
            "VAT is shown",
            "not part of the total",
            "1 / 1",
        ],
    );
    assert_says(&text, &["5f".repeat(32).as_str()]);
    assert!(!text.contains("DRAFT"), "it was issued");
}

#[test]
fn a_draft_says_that_it_is_one() {
    let mut view = short();
    (view.row.number, view.hash, view.row.issue_day, view.row.due_day) = (None, None, None, None);
    view.row.status = "draft".to_owned();
    let (text, _) = printed("invoice-draft", &view);
    assert_says(&text, &["DRAFT", "none: this is a draft", "2026-02-05T08:00:00Z"]);
    assert!(!text.contains("SHA-256"), "what may change has no hash");
    view.row.number = Some("INV-2026-000001".to_owned());
    view.row.status = "void".to_owned();
    assert_says(&printed("invoice-void", &view).0, &["VOID"]);
}

#[test]
fn five_hundred_lines_have_a_head_on_every_page() {
    let lines: Vec<InvoiceLine> = (1..=500)
        .map(|no| usage(no, &format!("Call minutes of branch {no}"), &format!("{no}.00"), Vec::new()))
        .collect();
    let (text, pdf) = printed("invoice-500", &invoice("USD", lines, ["125250.00", "0.00", "125250.00", "0.00"]));
    let pages = pages(&pdf);
    assert!(pages > 8, "500 lines are no single page: {pages}");
    let sheets: Vec<&str> = text.split('\u{c}').collect();
    for (index, sheet) in sheets.iter().take(pages as usize).enumerate() {
        assert_says(sheet, &[&format!("{} / {pages}", index + 1), "5f5f5f"]);
        assert!(sheet.contains("Description") || sheet.contains("Amount due"), "page {} has a head", index + 1);
    }
    let words: Vec<&str> = text.split_whitespace().collect();
    for no in 1..=500 {
        let number = no.to_string();
        assert!(words.windows(2).any(|pair| pair == ["branch", number.as_str()]), "line {no} is there");
    }
    assert_says(&text, &["125,250.00"]);
}

#[test]
fn amounts_have_all_digits_of_their_currency() {
    let yen = invoice("JPY", vec![line(1, "Professional", "1024")], ["1024", "102", "1126", "0"]);
    let (text, _) = printed("invoice-jpy", &yen);
    assert_says(&text, &["JPY 1,126 due", "1,024"]);
    assert!(!text.contains("1,024.00"), "yen have no cents");
    let dinar = invoice("KWD", vec![line(1, "Professional", "12.500")], ["12.500", "0.000", "12.500", "0.000"]);
    assert_says(&printed("invoice-kwd", &dinar).0, &["KWD 12.500 due"]);
    let huge = "92233720368547758.07";
    let most = invoice("USD", vec![line(1, "Everything", huge)], [huge, "0.00", huge, "0.00"]);
    assert_says(&printed("invoice-huge", &most).0, &["92,233,720,368,547,758.07"]);
}

#[test]
fn no_name_becomes_code_and_none_turns_what_follows() {
    let hostile = [
        "#panic(\"x\")",
        "#{1/0}",
        "$ x_1^2 $",
        "\\ \\u{41} *bold* _it_ `raw` = head",
        "<label> @ref // comment /* c */",
        "\"); panic(",
        "-- --- ... ~ [x] {y}",
        "'quotes' \"double\"",
    ];
    for name in hostile {
        let mut view = short();
        view.buyer.name = name.to_owned();
        view.lines[0].description = name.to_owned();
        view.note = Some(name.to_owned());
        let text = printed("invoice-hostile", &view).0;
        assert!(text.matches(name).count() >= 3, "'{name}' is printed as it is written:\n{text}");
    }
    let mut view = short();
    view.buyer.name = "Evil \u{202e}00.001 DSU".to_owned();
    view.buyer.address = vec!["a\u{0}b\u{1b}c".to_owned(), "smile \u{1f600}".to_owned(), "\u{10330}".to_owned()];
    assert_says(
        &printed("invoice-override", &view).0,
        &["Evil [U+202E]00.001 DSU", "a[U+0000]b[U+001B]c", "smile [U+1F600]", "[U+10330]", "USD 200.54 due"],
    );
}

#[test]
fn names_in_many_scripts_are_text_that_can_be_selected() {
    let names = [
        "Müller & Söhne KG",
        "Kancelaria Żółć",
        "Παπαδόπουλος Α.Ε.",
        "ТОВ «Шевченко»",
        "Қазына ЖШС",
        "Công ty Nguyễn",
        "株式会社山田",
        "髙橋法律事務所",
        "𠮷祥科技有限公司",
        "臺灣股份有限公司",
        "주식회사 한빛",
        "შპს თბილისი",
        "አዲስ ንግድ",
        "สยาม",
    ];
    let lines = (1..).zip(names).map(|(no, name)| line(no, name, "1.00")).collect();
    let mut view = invoice("USD", lines, ["14.00", "0.00", "14.00", "0.00"]);
    view.buyer.name = "株式会社さくら".to_owned();
    let (text, _) = printed("invoice-scripts", &view);
    assert_says(&text, &names);
    assert!(!text.contains("[U+"), "every script of the sample has a font");
    // Scripts that join or turn are compared by letters: a reader may give them in the order of the page.
    let joined = ["شركة الخليج", "מרפאת שלום", "श्रीकृष्ण क्लिनिक"];
    let lines = (1..).zip(joined).map(|(no, name)| line(no, name, "1.00")).collect();
    let (text, _) = printed("invoice-joined", &invoice("USD", lines, ["3.00", "0.00", "3.00", "0.00"]));
    assert!(!text.contains("[U+"), "every script of the sample has a font");
}

#[test]
fn what_has_no_spaces_stays_on_the_page() {
    let mut view = short();
    let long = "W".repeat(180);
    view.buyer.name = format!("{long} GmbH");
    view.seller.name = "Donaudampfschifffahrtselektrizitätenhauptbetriebswerkbauunterbeamtengesellschaft".repeat(2);
    view.buyer.address = vec![long.clone(); 6];
    view.lines[1].description = long.clone();
    view.lines[1].unit = Some("long-unit-name".repeat(3));
    view.row.plan = Some(long);
    view.tax_note = Some("word ".repeat(300));
    let (text, pdf) = printed("invoice-long-names", &view);
    let bounds = poppler("pdftotext", &["-bbox", "-", "-"], &pdf);
    for word in bounds.lines().filter(|line| line.contains("<word")) {
        let right: f64 = word.split("xMax=\"").nth(1).unwrap().split('"').next().unwrap().parse().unwrap();
        assert!(right < 545.0, "nothing reaches into the margin: {word}");
    }
    assert!(text.matches('W').count() >= 180 * 8, "nothing is cut off");
}

#[test]
fn a_credit_note_names_its_invoice_and_reason() {
    let pdf = Files.credit_pdf(&credit("Harbor Call Center"), Some(&picture())).unwrap();
    keep("credit", &pdf);
    assert_says(
        &text_of(&pdf),
        &["CN-2026-000007", "INV-2026-000042", "counted twice", "3,866.6", "Tax 25 % on 193.33", "USD 241.66 credited"],
    );
    assert_says(&text_of(&pdf), &[&"a7".repeat(32), "1 / 1"]);
}

#[test]
fn an_explanation_goes_from_the_total_to_the_events() {
    let pdf = Files.explanation_pdf(&explanation(200)).unwrap();
    keep("explanation", &pdf);
    let text = text_of(&pdf);
    assert_says(
        &text,
        &[
            "Explanation",
            "agrees to the last digit",
            "1,483.5 × 0.035",
            "Rounding",
            "-0.0025",
            "749,010",
            "12,071",
            "Duplicates dropped 96",
            "calls / call-00000199",
            "The first 200 events",
        ],
    );
    let pages = pages(&pdf);
    assert_says(&text, &[&format!("{pages} / {pages}")]);
    let mut other = explanation(3);
    other.lines[1].residue = "0.01".to_owned();
    other.residue = "0.01".to_owned();
    other.lines[1].events.push(event(4, &"k".repeat(300)));
    let pdf = Files.explanation_pdf(&other).unwrap();
    keep("explanation-residue", &pdf);
    assert_says(&text_of(&pdf), &["differs by 0.01 USD", "differs"]);
}

#[test]
fn the_same_document_gives_the_same_bytes() {
    let logo = picture();
    let one = Files.invoice_pdf(&short(), Some(&logo)).unwrap();
    keep("invoice-logo", &one);
    assert_eq!(one, Files.invoice_pdf(&short(), Some(&logo)).unwrap(), "no clock and no chance in the file");
    let mut later = short();
    later.as_of = "2027-01-01T00:00:00Z".to_owned();
    later.row.paid = "10.00".to_owned();
    later.row.open = "190.54".to_owned();
    later.row.status = "partially_paid".to_owned();
    assert_eq!(one, Files.invoice_pdf(&later, Some(&logo)).unwrap(), "what happened since is not on the document");
    let info = poppler("pdfinfo", &["-"], &one);
    assert!(info.contains("Feb  4 00:00:00 2026"), "made on the day of issue: {info}");
    let again = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_bytes_of_the_short_one", "--nocapture"])
        .env("TZ", "Asia/Kathmandu")
        .env("LANG", "tr_TR.UTF-8")
        .output()
        .unwrap();
    let digest = billing_hash(&Files.invoice_pdf(&short(), None).unwrap());
    assert!(String::from_utf8_lossy(&again.stdout).contains(&digest), "nor another process, zone or locale");
}

#[test]
fn the_bytes_of_the_short_one() {
    println!("{}", billing_hash(&Files.invoice_pdf(&short(), None).unwrap()));
}

#[test]
fn the_window_shows_the_credit_note_that_is_printed() {
    let (credit, picture) = (credit("Harbor <script>"), picture());
    let pages = documents::credit_note_pages(&credit, Some(&picture)).unwrap();
    assert_eq!(pages.len(), 1, "a short one has one page");
    assert!(pages[0].starts_with("<svg") && pages[0].ends_with("</svg>"), "a picture, whole");
    assert!(!pages[0].contains("<script"), "names never become code");
    assert!(pages[0].contains("<image"), "with the logo");
}

fn billing_hash(bytes: &[u8]) -> String {
    use sha2::Digest as _;
    sha2::Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_window_shows_the_pages_that_are_printed() {
    let pages = documents::invoice_pages(&short(), None).unwrap();
    assert_eq!(pages.len(), 1, "a short invoice has one page");
    assert!(pages[0].starts_with("<svg") && pages[0].ends_with("</svg>"), "a picture, whole");
    assert!(!pages[0].contains("<script") && !pages[0].contains("http-equiv"), "names never become code");
    assert_eq!(pages, documents::invoice_pages(&short(), None).unwrap(), "no clock and no chance in it");
}
