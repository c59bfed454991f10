import { type Channel, invoke } from "@tauri-apps/api/core";

export const commands = {
	session: () => typedError<Session, WireError>(invoke("session")),
	databaseStatus: () => typedError<DatabaseStatus, WireError>(invoke("database_status")),
	overview: (at: string | null) => typedError<Overview, WireError>(invoke("overview", { at })),
	tenants: (at: string | null) => typedError<TenantList, WireError>(invoke("tenants", { at })),
	tenantPage: (tenantId: string, at: string | null) => typedError<TenantPage, WireError>(invoke("tenant_page", { tenantId, at })),
	tenantSeries: (tenantId: string, days: number) => typedError<TimeSeries, WireError>(invoke("tenant_series", { tenantId, days })),
	tenantMonths: (tenantId: string) => typedError<MonthFigure[], WireError>(invoke("tenant_months", { tenantId })),
	meters: () => typedError<MeterRow[], WireError>(invoke("meters")),
	events: (filter: EventFilter, cursor: string | null) => typedError<EventPage, WireError>(invoke("events", { filter, cursor })),
	eventDetail: (tenantId: string, source: string, key: string) => typedError<EventDetail, WireError>(invoke("event_detail", { tenantId, source, key })),
	subjects: (tenantId: string, text: string) => typedError<SubjectRow[], WireError>(invoke("subjects", { tenantId, text })),
	quarantine: (filter: QuarantineFilter, cursor: string | null) => typedError<QuarantinePage, WireError>(invoke("quarantine", { filter, cursor })),
	quarantineDecide: (ids: string[], decision: QuarantineDecision, reason: string) => typedError<number, WireError>(invoke("quarantine_decide", { ids, decision, reason })),
	search: (text: string) => typedError<SearchHit[], WireError>(invoke("search", { text })),
	presets: () => typedError<Preset[], WireError>(invoke("presets")),
	chooseFile: () => typedError<string | null, WireError>(invoke("choose_file")),
	importRun: (request: ImportRequest, onProgress: Channel<Progress>) => typedError<ImportReport, WireError>(invoke("import_run", { request, onProgress })),
	importCancel: () => typedError<null, WireError>(invoke("import_cancel")),
	entryPreview: (request: EntryRequest) => typedError<Change, WireError>(invoke("entry_preview", { request })),
	entryAct: (request: EntryRequest, fingerprint: string) => typedError<Change, WireError>(invoke("entry_act", { request, fingerprint })),
	overridePreview: (request: OverrideRequest) => typedError<Change, WireError>(invoke("override_preview", { request })),
	overrideAct: (request: OverrideRequest, fingerprint: string) => typedError<Change, WireError>(invoke("override_act", { request, fingerprint })),
	erasePreview: (request: EraseRequest) => typedError<Change, WireError>(invoke("erase_preview", { request })),
	eraseAct: (request: EraseRequest, fingerprint: string) => typedError<Change, WireError>(invoke("erase_act", { request, fingerprint })),
	saveChart: (tenantId: string, days: number, format: ChartFormat) => typedError<string | null, WireError>(invoke("save_chart", { tenantId, days, format })),
	verify: () => typedError<Verification, WireError>(invoke("verify")),
	openDatabase: () => typedError<DatabaseStatus | null, WireError>(invoke("open_database")),
	openSample: () => typedError<DatabaseStatus, WireError>(invoke("open_sample")),
};

/** The format in which a chart is saved. */
export type ChartFormat = "png" | "svg" | "csv";

/** What went wrong, for people and for programs. */
export type WireError = {
	/** A stable code in snake_case; faces decide by it. */
	code: string;
	/** One sentence: what happened and what to do. */
	message: string;
	/** The field at fault, where there is one. */
	field: string | null;
	/** The line of the input at fault, where there is one. */
	line: number | null;
	/** Technical detail to copy; never a secret. */
	detail: string | null;
};

/** What kind of place the database is; decides the colour of the line along the top. */
export type Environment = "sample" | "production" | "staging" | "development" | "snapshot";

/** Which engine holds the ledger. */
export type EngineName = "postgres" | "sqlite";

/** The database on screen. */
export type DatabaseStatus = {
	/** Its name, such as "Sample company". */
	name: string;
	/** The engine. */
	engine: EngineName;
	/** File or host and database; never a secret. */
	location: string;
	/** The environment. */
	environment: Environment;
	/** Whether this connection may write. */
	writable: boolean;
	/** The ledger's identity. */
	ledger_id: string;
	/** The number of the newest migration. */
	schema_version: number;
	/** The newest receipt of an event; none in an empty ledger. */
	newest_event_at: string | null;
	/** When this was read. */
	as_of: string;
	/** What the self-check found; empty when all is well. */
	warnings: string[];
};

/** What the window needs to know before its first picture. */
export type Session = {
	/** A BCP 47 locale; `en-US` where the system has none. */
	locale: string;
	/** The program's version. */
	version: string;
	/** The operating-system user, who stands in the audit log. */
	actor: string;
};

/** Progress of long work. */
export type Progress = {
	/** What is being done now, a short phrase. */
	phase: string;
	/** Units done. */
	done: number;
	/** Units in all; none when unknown. */
	total: number | null;
};

/** How many tenants stand at each level now. */
export type LevelCounts = {
	/** All tenants with an active subscription. */
	tenants: number;
	/** Below 80 % on every meter. */
	normal: number;
	/** From 80 % on some meter, below 100 % on all. */
	warning: number;
	/** From 100 % on some meter. */
	alert: number;
};

/** Overage so far in one currency, and where it is heading. */
export type Owed = {
	/** ISO code. */
	currency: string;
	/** Tenants with overage. */
	tenants: number;
	/** Overage of the running periods so far, rounded per line. */
	overage: string;
	/** Fees of the running periods. */
	fees: string;
	/** Overage at the end of the periods if use goes on at its mean pace; an estimate, never invoiced. */
	overage_projected: string;
};

/** One day of the company's figures. */
export type CompanyDay = {
	/** `yyyy-mm-dd`. */
	day: string;
	/** Events of the day. */
	events: number;
};

/** Everything on the Overview, read at one point in time. */
export type Overview = {
	/** When this was read. */
	as_of: string;
	/** Tenants by level. */
	counts: LevelCounts;
	/** Tenants at WARNING or ALERT, the highest percentage first; at most 100. */
	flagged: TenantRow[];
	/** One figure per currency, never summed. */
	owed: Owed[];
	/** Rows in quarantine that wait for a person. */
	quarantine_waiting: number;
	/** Events per day of the last 90 days. */
	days: CompanyDay[];
	/** The company's use per meter and month, last 12 calendar months. */
	months: MonthFigure[];
};

/** A cache that differs from the ledger. */
export type Drift = {
	/** A stable reason code such as `period_counter`, `usage_day`, `company_day`, `level_total`, `presence`, `leaf`. */
	reason: string;
	/** The tenant, none for company figures. */
	tenant_id: string | null;
	/** What it is about: period, day, meter and so on, as text. */
	place: string;
	/** What the cache holds. */
	cached: string;
	/** What the ledger gives. */
	ledger: string;
};

/** The result of recounting every cache from the ledger. */
export type Verification = {
	/** When it was read. */
	as_of: string;
	/** Events in the ledger. */
	ledger_events: number;
	/** Leaves that were recomputed. */
	leaves_checked: number;
	/** Cache rows compared. */
	caches_compared: number;
	/** Events whose details were erased on request; not a drift. */
	details_erased: number;
	/** Every difference; at most 1,000 are listed. */
	drift: Drift[];
	/** Differences in all. */
	drift_count: number;
};

/** The level of a meter or a tenant (rules, section 3.1). */
export type Level = "normal" | "warning" | "alert";

/** A meter of a tenant in a list row. */
export type MeterCell = {
	/** Code of the meter. */
	meter: string;
	/** Billable use of the running period or day. */
	used: string;
	/** What the percentage is of; none when unlimited. */
	base: string | null;
	/** One decimal, rounded down, unbounded; none when unlimited or of a zero base. */
	percent: string | null;
	/** Its level. */
	level: Level;
};

/** A tenant in the list. */
export type TenantRow = {
	/** The tenant. */
	tenant_id: string;
	/** Its name. */
	name: string;
	/** Its id in the company's own systems. */
	outside_id: string | null;
	/** ISO country code. */
	country: string | null;
	/** `active`, `trialing`, `past_due`, `cancelled` or `none` (no subscription). */
	status: string;
	/** Plan family, such as `calls`. */
	family: string | null;
	/** Plan name. */
	plan: string | null;
	/** Its currency. */
	currency: string;
	/** Its IANA zone. */
	zone: string;
	/** The highest level of its meters. */
	level: Level;
	/** The highest percentage of its meters. */
	percent: string | null;
	/** Its meters with an allowance or use, the highest percentage first; at most 4. */
	meters: MeterCell[];
	/** How many meters there are in all. */
	meter_count: number;
	/** Overage in money so far in the running period, lines rounded once each. */
	overage: string;
	/** End of the running period. */
	period_end: string | null;
};

/** All tenants with their levels at one point in time. */
export type TenantList = {
	/** When this was read. */
	as_of: string;
	/** The rows, the highest percentage first. */
	rows: TenantRow[];
	/** Tenants in all; more than the rows when the limit of 20,000 rows cut the list. */
	total: number;
};

/** A feature of a plan. */
export type Feature = {
	/** Code. */
	code: string;
	/** Name on screens. */
	name: string;
	/** What it is. */
	description: string;
	/** Whether the plan has it. */
	enabled: boolean;
	/** Its limit in words, where it has one. */
	limit: string | null;
};

/** An override as the screens show it. */
export type OverrideRow = {
	/** Its id. */
	override_id: string;
	/** Code of the meter. */
	meter: string;
	/** What is included instead; none leaves the plan's; `unlimited` for no limit. */
	included: string | null;
	/** The cap instead; none leaves the plan's; `unlimited` for no cap. */
	cap: string | null;
	/** From when. */
	valid_from: string;
	/** Until when; none for good. */
	valid_to: string | null;
	/** Who set it. */
	actor: string;
	/** Why. */
	reason: string;
	/** Whether it holds now. */
	active: boolean;
};

/** A meter of a tenant, whole. */
export type MeterUsage = {
	/** Code of the meter. */
	meter: string;
	/** Name of the meter. */
	name: string;
	/** Unit of the figures. */
	unit: string;
	/** `sum`, `count`, `max` or `level`. */
	aggregation: string;
	/** `day`, `period` or `never`. */
	reset: string;
	/** Billable use of the running period or day; the running total of a level meter. */
	used: string;
	/** All use, free included. */
	used_all: string;
	/** What the plan and overrides include; none when unlimited. */
	included: string | null;
	/** The hard stop; none when there is none. */
	cap: string | null;
	/** One decimal, rounded down, unbounded; none when unlimited or of a zero base. */
	percent: string | null;
	/** Its level. */
	level: Level;
	/** What is left of what is included (or of the cap), not below 0; none when unlimited. */
	remaining: string | null;
	/** When the use starts again at zero; none for level meters. */
	resets_at: string | null;
	/** Billable use above what is included, over the whole period. */
	overage: string;
	/** That overage in money, rounded once; none when the plan has no price for the meter. */
	overage_amount: string | null;
	/** Currency of the amount. */
	currency: string;
	/** The unit price in words, such as `0.02 per email` or `graduated`; none without a price. */
	price: string | null;
	/** The override in force. */
	override_id: string | null;
};

/** A plan that would hold the present use (requirement A3). */
export type UpgradeHint = {
	/** Name of the cheapest plan of the family that holds it. */
	plan: string;
	/** Its fee. */
	fee: string;
	/** Its fee less the present fee and overage; negative when the upgrade is cheaper. */
	difference: string;
	/** Currency of both. */
	currency: string;
};

/** A subscription of a tenant. */
export type SubscriptionRow = {
	/** Its id. */
	subscription_id: string;
	/** Plan family. */
	family: string;
	/** Plan name. */
	plan: string;
	/** Version of the plan. */
	version: number;
	/** `active`, `trialing`, `past_due` or `cancelled`. */
	status: string;
	/** Fee per period. */
	fee: string;
	/** Currency of the fee. */
	currency: string;
	/** Since when. */
	started_at: string;
	/** Until when. */
	ended_at: string | null;
	/** Day of the month on which periods begin. */
	anchor_day: number;
	/** Start of the running period. */
	period_start: string | null;
	/** End of the running period, exclusive. */
	period_end: string | null;
};

/** Stored memories of one tier (requirement E2). */
export type StorageTier = {
	/** `STM`, `ITM` or `LTM`. */
	tier: string;
	/** Memories held. */
	count: number;
	/** Bytes held. */
	bytes: string;
	/** Mean size in bytes, rounded down; none without memories. */
	average: string | null;
};

/** A total since the beginning. */
export type LifetimeTotal = {
	/** Code of the meter. */
	meter: string;
	/** Events. */
	events: number;
	/** All use. */
	quantity: string;
	/** Billable use. */
	billable: string;
};

/** Everything on a tenant's page but the charts, read at one point in time. */
export type TenantPage = {
	/** When this was read. */
	as_of: string;
	/** The tenant. */
	tenant_id: string;
	/** Its name. */
	name: string;
	/** Its e-mail address. */
	email: string | null;
	/** Its id in the company's own systems. */
	outside_id: string | null;
	/** ISO country code. */
	country: string | null;
	/** Its IANA zone. */
	zone: string;
	/** Its currency. */
	currency: string;
	/** The highest level of its meters. */
	level: Level;
	/** Its subscriptions, running ones first. */
	subscriptions: SubscriptionRow[];
	/** Features of the running plans. */
	features: Feature[];
	/** Its meters. */
	meters: MeterUsage[];
	/** Overage of the running periods in its currency. */
	overage_total: string;
	/** From 100 %: the plan that would hold the use. */
	upgrade: UpgradeHint | null;
	/** Overrides, newest first. */
	overrides: OverrideRow[];
	/** Memory storage by tier; empty for tenants without. */
	storage: StorageTier[];
	/** The last 10 events. */
	recent: EventRow[];
	/** Totals since the beginning. */
	lifetime: LifetimeTotal[];
	/** Alerts, newest first; at most 20. */
	alerts: AlertRow[];
};

/** A raised alert. */
export type AlertRow = {
	/** Code of the meter. */
	meter: string;
	/** `WARNING` or `ALERT` as a level. */
	level: Level;
	/** When it was raised. */
	raised_at: string;
	/** Use at the crossing. */
	used: string;
	/** What the percentage is of. */
	base: string;
	/** The event that crossed, by source and key. */
	source: string;
	/** The key of that event. */
	key: string;
	/** When the use fell below again. */
	recovered_at: string | null;
};

/** One meter over days. */
export type MeterSeries = {
	/** Code of the meter. */
	meter: string;
	/** Name of the meter. */
	name: string;
	/** Unit of the values. */
	unit: string;
	/** `sum`, `count`, `max` or `level`; a level's value is the total at the end of the day. */
	aggregation: string;
	/** All use, a value for each day. */
	all: string[];
	/** Billable use, a value for each day. */
	billable: string[];
};

/** A tenant's use by day. */
export type TimeSeries = {
	/** When this was read. */
	as_of: string;
	/** The zone of the days. */
	zone: string;
	/** The days, oldest first, without gaps. */
	days: string[];
	/** The meters with any use. */
	series: MeterSeries[];
};

/** A month of one meter. */
export type MonthFigure = {
	/** `yyyy-mm`. */
	month: string;
	/** Code of the meter. */
	meter: string;
	/** Events. */
	events: number;
	/** All use. */
	quantity: string;
	/** Billable use. */
	billable: string;
	/** Provider cost per currency. */
	cost: CurrencyAmount[];
};

/** An exact amount in a currency. */
export type CurrencyAmount = {
	/** ISO code. */
	currency: string;
	/** The amount. */
	amount: string;
};

/** A person or thing of a tenant. */
export type SubjectRow = {
	/** Its id. */
	subject_id: string;
	/** `user`, `client`, `session` or `resource`. */
	kind: string;
	/** Its name; none once erased. */
	name: string | null;
	/** Its id in the company's own systems; none once erased. */
	outside_id: string | null;
	/** When it was erased. */
	erased_at: string | null;
};

/** A meter as filters and forms list it. */
export type MeterRow = {
	/** Code. */
	meter: string;
	/** Name. */
	name: string;
	/** Unit. */
	unit: string;
	/** Decimal digits. */
	scale: number;
	/** `sum`, `count`, `max` or `level`. */
	aggregation: string;
};

/** A hit of the search. */
export type SearchHit =
	| { kind: "tenant"; tenant_id: string; name: string; detail: string; status: string; }
	| { kind: "event"; tenant_id: string; tenant_name: string; source: string; key: string; occurred_at: string; };

/** Which events; every field narrows, an absent one does not. */
export type EventFilter = {
	/** One tenant. */
	tenant_id?: string | null;
	/** From this instant on. */
	from?: string | null;
	/** Before this instant. */
	to?: string | null;
	/** Code of a meter. */
	meter?: string | null;
	/** The key begins with this. */
	key?: string | null;
	/** The source. */
	source?: string | null;
	/** A user, by subject id or outside id. */
	user?: string | null;
	/** A client, by subject id or outside id. */
	client?: string | null;
	/** A session, by subject id or outside id. */
	session?: string | null;
	/** A resource, by subject id or outside id. */
	resource?: string | null;
	/** `original`, `retry_failed`, `retry_success` or `correction`. */
	classification?: string | null;
	/** Billable or not. */
	billable?: boolean | null;
};

/** An event in the list. */
export type EventRow = {
	/** The tenant. */
	tenant_id: string;
	/** Its name. */
	tenant_name: string;
	/** Source. */
	source: string;
	/** Key. */
	key: string;
	/** Code of the meter. */
	meter: string;
	/** Unit of the quantity. */
	unit: string;
	/** Quantity. */
	quantity: string;
	/** Billable or not. */
	billable: boolean;
	/** Classification. */
	classification: string;
	/** When it happened, UTC. */
	occurred_at: string;
	/** When it was received, UTC. */
	received_at: string;
	/** The tenant's local day. */
	day: string;
	/** The tenant's zone. */
	zone: string;
	/** Provider, may be empty. */
	provider: string;
	/** Cost as a decimal. */
	cost: string | null;
	/** Currency of the cost. */
	cost_currency: string | null;
};

/** A page of the ledger, newest first. */
export type EventPage = {
	/** When this was read. */
	as_of: string;
	/** At most 200 rows. */
	rows: EventRow[];
	/** Where the next page begins; none at the end. */
	next: string | null;
};

/** A pair of a free-form detail. */
export type DetailPair = {
	/** Name. */
	name: string;
	/** Value. */
	value: string;
};

/** A counter that an event went into, as it stands now. */
export type EventEffect = {
	/** `period_counter`, `usage_day` or `level_total`. */
	counter: string;
	/** The period or day. */
	place: string;
	/** What the event added to all use. */
	contribution: string;
	/** What the event added to billable use. */
	billable_contribution: string;
	/** All use there now. */
	all: string;
	/** Billable use there now. */
	billable: string;
};

/** One event, whole. */
export type EventDetail = {
	/** The row. */
	event: EventRow;
	/** Why it is (not) billable. */
	billable_reason: string;
	/** Action, may be empty. */
	action: string;
	/** Key of the parent. */
	parent: string | null;
	/** Keys of events that repeat or correct it. */
	children: string[];
	/** Who and what it refers to. */
	subjects: SubjectRow[];
	/** Plan and version that held. */
	plan: string | null;
	/** The entitlement that held. */
	entitlement_id: string | null;
	/** The billing period, `start - end` in the tenant's zone. */
	period: string | null;
	/** The period on whose invoice it is billed, when it is another one. */
	billed_period: string | null;
	/** What it did. */
	effects: EventEffect[];
	/** Metadata; empty when there is none or it was erased. */
	details: DetailPair[];
	/** When the details were erased. */
	details_erased_at: string | null;
	/** The import that brought it. */
	import_id: string | null;
	/** SHA-256 of the stored event, hexadecimal. */
	leaf: string;
	/** Whether the leaf recomputed from the row is the stored one. */
	leaf_valid: boolean;
};

/** Which rows; every field narrows. */
export type QuarantineFilter = {
	/** `waiting`, `accepted` or `dismissed`. */
	state?: string | null;
	/** A reason code. */
	reason?: string | null;
	/** One tenant. */
	tenant_id?: string | null;
};

/** A row that was put aside. */
export type QuarantineRow = {
	/** Its id. */
	quarantine_id: string;
	/** The tenant where it is known. */
	tenant_id: string | null;
	/** The tenant's name, or what the row said. */
	tenant_name: string | null;
	/** Source. */
	source: string;
	/** Key, where the row had or got one. */
	key: string | null;
	/** Line of the file. */
	line: number | null;
	/** Stable reason code: `conflict`, `too_late`, `in_future`, `no_subscription`, `below_zero`, `closed_period`, `malformed`, and so on. */
	reason: string;
	/** The reason in a sentence. */
	sentence: string;
	/** What a person can do about it. */
	advice: string;
	/** When it was put aside. */
	received_at: string;
	/** `waiting`, `accepted` or `dismissed`. */
	state: string;
	/** What the row said. */
	fields: DetailPair[];
	/** Who decided. */
	decided_by: string | null;
	/** Why. */
	decision_reason: string | null;
};

/** Rows of one reason that wait. */
export type ReasonCount = {
	/** Reason code. */
	reason: string;
	/** Rows that wait. */
	waiting: number;
};

/** A page of the quarantine, newest first. */
export type QuarantinePage = {
	/** When this was read. */
	as_of: string;
	/** At most 200 rows. */
	rows: QuarantineRow[];
	/** Where the next page begins; none at the end. */
	next: string | null;
	/** Waiting rows per reason. */
	reasons: ReasonCount[];
};

/** What a person decided about a row. */
export type QuarantineDecision = "retry" | "dismiss";

/** A manual entry of one use. */
export type EntryRequest = {
	/** The tenant. */
	tenant_id: string;
	/** Code of the meter. */
	meter: string;
	/** Decimal quantity in the meter's unit. */
	quantity: string;
	/** When it happened, RFC 3339; none for now. */
	occurred_at: string | null;
	/** The key; a person's double click sends the same one twice. The form makes it once. */
	key: string;
	/** A correction names the key and source of what it corrects. */
	corrects: CorrectionOf | null;
	/** Why; goes to the audit log. */
	reason: string;
};

/** The event that a correction corrects. */
export type CorrectionOf = {
	/** Its source. */
	source: string;
	/** Its key. */
	key: string;
};

/** An override of one tenant's allowance. */
export type OverrideRequest = {
	/** The tenant. */
	tenant_id: string;
	/** Code of the meter. */
	meter: string;
	/** Decimal quantity, `unlimited`, or none to leave the plan's. */
	included: string | null;
	/** Decimal quantity, `unlimited`, or none to leave the plan's. */
	cap: string | null;
	/** From when, RFC 3339; none for now. */
	valid_from: string | null;
	/** Until when; none for good. */
	valid_to: string | null;
	/** Why; goes to the audit log. */
	reason: string;
};

/** Erasing a subject: its name and outside id, and the details of its events. Usage stays. */
export type EraseRequest = {
	/** The tenant. */
	tenant_id: string;
	/** The subject. */
	subject_id: string;
	/** Why; goes to the audit log. */
	reason: string;
};

/** A figure that a change moves. */
export type Effect = {
	/** What it is, such as `Use of Call time in this period`. */
	label: string;
	/** Before. */
	before: string;
	/** After. */
	after: string;
	/** Unit or currency of both; may be empty. */
	unit: string;
};

/** What a change would do, or did. The act is given the fingerprint of the preview that was shown and refuses with `preview_outdated` when it would do something else. */
export type Change = {
	/** One line that names the change. */
	title: string;
	/** The figures that move. */
	effects: Effect[];
	/** What the person should know first; may be empty. */
	warnings: string[];
	/** Identifies this preview. */
	fingerprint: string;
};

/** A mapping that comes along. */
export type Preset = {
	/** Its name, for `--map`. */
	name: string;
	/** Title on screens. */
	title: string;
	/** What files it reads. */
	description: string;
	/** `csv`, `jsonl`, `cloudevents`. */
	format: string;
	/** Whether the file has no tenant column, so that a tenant must be named. */
	needs_tenant: boolean;
};

/** What to import, and how. */
export type ImportRequest = {
	/** Path of the file. */
	file?: string;
	/** A preset's name or the path of a mapping file. */
	map?: string;
	/** The tenant of every row, by name or outside id, for files without a tenant column. */
	tenant?: string | null;
	/** Skip the checks for lateness and subscription (rules, section 2.11). */
	backfill?: boolean;
	/** Take a keyless file although it overlaps an earlier one. */
	allow_overlap?: boolean;
	/** Take nothing when any row is put aside. */
	all_or_nothing?: boolean;
	/** Only look. */
	dry_run?: boolean;
};

/** Quantity taken, per meter. */
export type MeterTotal = {
	/** Code of the meter. */
	meter: string;
	/** Sum of the accepted quantities. */
	quantity: string;
	/** Sum of what was rounded off of accepted rows (said less taken). */
	rounded_off: string;
};

/** Cost taken, per currency. */
export type CostTotal = {
	/** ISO code. */
	currency: string;
	/** Sum of the accepted costs. */
	amount: string;
	/** Sum of what was rounded off of accepted rows (said less taken). */
	rounded_off: string;
};

/** A kind of problem, with its first line. */
export type ImportProblem = {
	/** `refused`, `quarantined` or `conflict`. */
	outcome: string;
	/** Stable reason code. */
	code: string;
	/** The first such row's sentence. */
	message: string;
	/** The field at fault. */
	field: string | null;
	/** The first line. */
	line: number;
	/** How many rows. */
	rows: number;
};

/** A row as it would be taken. */
export type PreviewRow = {
	/** Line of the file. */
	line: number;
	/** `accepted`, `duplicate`, `conflict`, `quarantined` or `refused`. */
	outcome: string;
	/** Tenant, meter, quantity, time and so on. */
	fields: DetailPair[];
};

/** What an import or its dry run found. */
export type ImportReport = {
	/** The import; none for a dry run. */
	import_id: string | null;
	/** The mapping's name, which is the source of the events. */
	source: string;
	/** Whether nothing was written. */
	dry_run: boolean;
	/** Whether a person stopped it; what was taken stays, the same file goes on from there. */
	stopped: boolean;
	/** Data rows read. */
	read: number;
	/** Rows left out by the mapping's filter. */
	skipped: number;
	/** Events accepted (a row may give several). */
	accepted: number;
	/** Events known already. */
	duplicates: number;
	/** Events whose key is known with other content. */
	conflicts: number;
	/** Events put into quarantine for another reason. */
	quarantined: number;
	/** Rows that could not be read. */
	refused: number;
	/** Times cut downwards to the microsecond. */
	times_cut: number;
	/** Tenants that the import made. */
	tenants_created: number;
	/** Meters that the import made. */
	meters_created: number;
	/** Accepted quantity per meter. */
	totals: MeterTotal[];
	/** Accepted cost per currency. */
	cost: CostTotal[];
	/** The kinds of problems. */
	problems: ImportProblem[];
	/** The first 20 rows as they are (or would be) taken. */
	first_rows: PreviewRow[];
	/** Where the rows that were put aside were written, to be corrected and imported again. */
	refused_file: string | null;
	/** Milliseconds that it took. */
	elapsed_ms: number;
};

async function typedError<T, E>(result: Promise<T>): Promise<{ status: "ok"; data: T } | { status: "error"; error: E }> {
	try {
		return { status: "ok", data: await result };
	} catch (e) {
		if (e instanceof Error) throw e;
		return { status: "error", error: e as E };
	}
}
