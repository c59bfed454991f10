"""A second implementation of invoices, in another language, to check the first one with.

Written from the rules (sections 5 to 7) and docs/adr/0011, not from the Rust code; it shares no code and no test data with
it. Amounts are `decimal.Decimal` with far more digits than any case needs, and what is added up before it is rounded are
fractions: a sum of quotients that do not end would otherwise miss a tie. `invoice(case)` takes the facts of cases.py and returns lines, tax, total and what prepaid credits pay.
"""

import datetime as dt
import decimal
from decimal import Decimal as D
from fractions import Fraction as F

decimal.setcontext(decimal.Context(prec=150, rounding=decimal.ROUND_HALF_UP))

DIGITS = {"JPY": 0, "USD": 2, "EUR": 2, "KWD": 3}
OFFSET_HOURS = {"UTC": 0, "Etc/GMT-9": 9, "Etc/GMT+8": -8}


# Days ---------------------------------------------------------------------------------------------------------------


def day(text):
    return dt.date.fromisoformat(text)


def local_day(instant, zone):
    moment = dt.datetime.fromisoformat(instant.replace("Z", "+00:00"))
    return (moment + dt.timedelta(hours=OFFSET_HOURS[zone])).date()


def month_anchor(year, month, anchor):
    """The anchor day of a month; 29 to 31 fall on its last day where it is shorter."""
    last = (dt.date(year + month // 12, month % 12 + 1, 1) - dt.timedelta(days=1)).day
    return dt.date(year, month, min(anchor, last))


def whole_days(first, anchor):
    """Days of the anchor month that a day lies in."""
    this = month_anchor(first.year, first.month, anchor)
    if this > first:
        year, month = (first.year, first.month - 1) if first.month > 1 else (first.year - 1, 12)
        return (this - month_anchor(year, month, anchor)).days
    year, month = (first.year, first.month + 1) if first.month < 12 else (first.year + 1, 1)
    return (month_anchor(year, month, anchor) - this).days


# Rounding -----------------------------------------------------------------------------------------------------------


def rounded(amount, digits):
    """Half away from zero."""
    if isinstance(amount, F):
        amount = D(amount.numerator) / D(amount.denominator)
    return amount.quantize(D(1).scaleb(-digits), rounding=decimal.ROUND_HALF_UP)


def rounded_down(amount, digits):
    return amount.quantize(D(1).scaleb(-digits), rounding=decimal.ROUND_DOWN)


def minor(amount, digits):
    units = amount.scaleb(digits)
    assert units == units.to_integral_value(), f"{amount} is not rounded"
    return int(units)


def plain(number):
    """A decimal to twelve digits without trailing zeros: an average of days need not end."""
    if number is None:
        return None
    text = format(rounded(number if isinstance(number, F) else D(number), 12), "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text


# The six models -----------------------------------------------------------------------------------------------------


def bounds(price, tiers, share, scale):
    """Upper bounds in the meter's unit; of a part of a period prorated, rounded down to the meter's scale."""
    found = []
    for tier in tiers:
        if tier["up_to"] is None:
            found.append(None)
            continue
        bound = D(tier["up_to"]) * D(price["per"])
        if share:
            bound = rounded_down(bound * share[0] / share[1], scale)
        found.append(F(bound))
    return found


def amount_of(price, quantity, events, share, scale):
    """What a quantity costs, not rounded, as a fraction. `events` only for percentages."""
    quantity, per = F(quantity), F(price["per"])
    model = price["model"]
    if model == "per_unit":
        return quantity * F(price["unit_amount"]) / per
    if model == "package":
        size, free = F(price["size"]) * per, F(price["free"]) * per
        paid = max(quantity - free, F(0))
        packages = paid // size
        if packages * size < paid and price["rounding"] == "up":
            packages += 1
        return packages * F(price["amount"])
    if model == "percentage":
        return percentage(price, per, events)
    tiers = price["tiers"]
    rate = "rate_percent" if model == "graduated_percentage" else "unit_amount"
    divisor = per * 100 if model == "graduated_percentage" else per
    if quantity <= 0:
        return F(tiers[0]["flat_amount"]) if price["at_zero"] == "first_flat" else F(0)
    limits = bounds(price, tiers, share, scale)
    if model == "volume":
        for tier, limit in zip(tiers, limits):
            if limit is None or quantity <= limit:
                return quantity * F(tier[rate]) / divisor + F(tier["flat_amount"])
    total, lower = F(0), F(0)
    for index, (tier, limit) in enumerate(zip(tiers, limits)):
        upper = quantity if limit is None else min(limit, quantity)
        if upper > lower or index == 0:
            inside = max(upper - lower, F(0))
            total += inside * F(tier[rate]) / divisor + F(tier["flat_amount"])
            lower = max(upper, lower)
        if lower >= quantity:
            break
    return total


def percentage(price, per, events):
    """Event by event; free events and free amount run down together, whichever is used up first ends both."""
    left_events = price["free_events"] or None
    left_amount = F(price["free_amount"]) * per if price["free_amount"] and F(price["free_amount"]) else None
    total = F(0)
    for event in events:
        event = max(F(event), F(0))
        paid = event
        if left_events is not None or left_amount is not None:
            if left_amount is not None and event > left_amount:
                paid = event - left_amount
                left_events = left_amount = None
            else:
                paid = F(0)
                if left_amount is not None:
                    left_amount -= event
                if left_events is not None:
                    left_events -= 1
                if left_events == 0 or left_amount == 0:
                    left_events = left_amount = None
        if paid == 0:
            continue
        due = paid * F(price["rate_percent"]) / (per * 100) + F(price["fixed_amount"])
        if price["event_minimum"] is not None:
            due = max(due, F(price["event_minimum"]))
        if price["event_maximum"] is not None:
            due = min(due, F(price["event_maximum"]))
        total += due
    return total


# A period and its segments ------------------------------------------------------------------------------------------


class Span:
    """A billing period: its days, the days that were held, and the segments of one plan version each."""

    def __init__(self, case, first, end, holdings, ended_at, until):
        self.case, self.first, self.end, self.until = case, day(first), day(end), until
        self.whole = whole_days(self.first, case["anchor_day"])
        self.held_to = self.end
        if ended_at is not None:
            self.held_to = min(max(local_day(ended_at, case["zone"]), self.first), self.end)
        self.by_day = self.what_held(holdings)
        self.segments = self.put_together()
        self.held_days = sum((to - since).days for _, since, to in self.segments)

    def what_held(self, holdings):
        """(first day, holding) of what held from a day on; the day of a change is that of what was changed to."""
        ordered = sorted(holdings, key=lambda holding: (holding["from"], holding["seq"]))
        last_of_day = {}
        for holding in ordered:
            began = max(local_day(holding["from"], self.case["zone"]), self.first)
            if holding is ordered[0]:
                began = self.first
            elif began >= self.held_to or began >= self.until:
                continue
            last_of_day[began] = holding
        return sorted(last_of_day.items())

    def put_together(self):
        runs = []
        for since, holding in self.by_day:
            if runs and runs[-1][0]["version"] == holding["version"]:
                runs[-1] = (holding, runs[-1][1])
            else:
                runs.append((holding, since))
        ends = [since for _, since in runs[1:]] + [self.held_to]
        return [(holding, since, to) for (holding, since), to in zip(runs, ends)]

    def version(self, index):
        return self.case["versions"][self.segments[index][0]["version"]]

    def share(self, index):
        """Days of a segment and of all that were held, where the plan changed."""
        if len(self.segments) == 1:
            return None
        _, since, to = self.segments[index]
        return (to - since).days, self.held_days

    def taker(self, row):
        """The segment that use of a day under a version belongs to; the last one takes what is of no other."""
        for index, (holding, since, to) in enumerate(self.segments[:-1]):
            if row["version"] == holding["version"] and since <= day(row["day"]) <= to:
                return index
        return len(self.segments) - 1


def included_of(version, holding, meter):
    """Units included of a meter: the override, else the plan's; a priced meter without allowance includes nothing."""
    if meter in holding["overrides"]:
        return holding["overrides"][meter]
    if meter in version["allowances"]:
        return version["allowances"][meter]
    return 0 if meter in version["prices"] else None


def portion(span, index, meter, use):
    """(used, included, quantity, priced quantities of events or None) of one segment, in the meter's unit."""
    holding, since, to = span.segments[index]
    version = span.version(index)
    price = version["prices"].get(meter["code"])
    included = included_of(version, holding, meter["code"])
    share = span.share(index)
    unit = D(1).scaleb(-meter["scale"])

    def part(units):
        return units * share[0] // share[1] if share else units

    is_by_event = price is not None and price["model"] == "percentage"
    if meter["aggregation"] == "level":
        return level(span, index, meter, use, price, included)
    if meter["reset"] == "day":
        last = index + 1 == len(span.segments)
        own = lambda row: since <= day(row["day"]) < (span.end if last else to) and day(row["day"]) < span.until
        return by_days(span, meter, use, own, included, is_by_event)
    if meter["aggregation"] == "max":
        rows = [row["units"] for row in use["days"] if span.taker(row) == index]
        largest = use["units"] if share is None else max(rows, default=0)
        used = part(largest)
        free = None if included is None else part(included)
        over = 0 if free is None else max(used - free, 0)
        return used * unit, None if free is None else free * unit, over * unit, None
    free = None if included is None else part(included)
    if is_by_event:
        events = [event["units"] for event in use["events"] if span.taker(event) == index]
        above = above_included(events, free)
        return sum(events) * unit, None if free is None else free * unit, sum(above) * unit, [it * unit for it in above]
    if share is None:
        used = use["units"]
    else:
        by_segment = [0] * len(span.segments)
        for row in use["days"]:
            by_segment[span.taker(row)] += row["units"]
        by_segment[-1] = use["units"] - sum(by_segment[:-1])
        used = by_segment[index]
    over = 0 if free is None else max(used - free, 0)
    return used * unit, None if free is None else free * unit, over * unit, None


def above_included(events, free):
    """What each event has above what is included, which the first ones use up."""
    above = []
    for event in events:
        covered = event if free is None else max(min(free, event), 0)
        if free is not None:
            free -= covered
        above.append(event - covered)
    return above


def by_days(span, meter, use, own, included, is_by_event):
    unit = D(1).scaleb(-meter["scale"])

    def included_on(when):
        holding = [holding for since, holding in span.by_day if since <= when][-1]
        return included_of(span.case["versions"][holding["version"]], holding, meter["code"])

    shown = None if included is None else included * unit
    if is_by_event:
        rows = [event for event in use["events"] if own(event)]
        free, above = {}, []
        for event in rows:
            when = event["day"]
            if when not in free:
                free[when] = included_on(day(when))
            above += above_included([event["units"]], free[when])
            if free[when] is not None:
                free[when] -= max(min(free[when], event["units"]), 0)
        return sum(row["units"] for row in rows) * unit, shown, sum(above) * unit, [it * unit for it in above]
    days = {}
    for row in filter(own, use["days"]):
        days.setdefault(row["day"], []).append(row["units"])
    used = over = 0
    for when, rows in days.items():
        units = max(rows) if meter["aggregation"] == "max" else sum(rows)
        free = included_on(day(when))
        used += units
        over += 0 if free is None else max(units - free, 0)
    return used * unit, shown, over * unit, None


def level(span, index, meter, use, price, included):
    _, since, to = span.segments[index]
    unit = D(1).scaleb(-meter["scale"])
    values, value, when = [], use["opening"], span.first
    while when < min(to, span.until):
        value += sum(row["units"] for row in use["days"] if day(row["day"]) == when)
        if when >= since:
            values.append(value)
        when += dt.timedelta(days=1)
    billing = price["level_billing"] if price else "peak"
    share = span.share(index)
    days, all_days = share or (1, 1)
    if not values:
        basis = D(0)
    elif billing == "average":
        basis = F(sum(values)) * F(unit) * days / (len(values) * all_days)
    else:
        basis = (max(values) if billing == "peak" else values[-1]) * unit * days / all_days
    free = included
    if share:
        basis = rounded_down(D(F(basis).numerator) / F(basis).denominator, meter["scale"])
        free = None if included is None else included * days // all_days
    over = D(0) if free is None else max(F(basis) - F(free * unit), F(0))
    return F(basis), None if free is None else free * unit, over, None


def priced(span, index, meter, use):
    """One segment of a meter: use, what it costs, and the most it may cost."""
    used, included, quantity, events = portion(span, index, meter, use)
    version = span.version(index)
    price = version["prices"].get(meter["code"])
    found = {"used": used, "included": included, "quantity": quantity, "price": price, "amount": D(0), "most": None}
    if price is not None:
        share = span.share(index)
        found["amount"] = amount_of(price, quantity, events if events is not None else [quantity], share, meter["scale"])
        if price["maximum"] is not None:
            days, all_days = share or (1, 1)
            found["most"] = D(price["maximum"]) * days / all_days
    return found


# The invoice --------------------------------------------------------------------------------------------------------


class Invoice:
    def __init__(self, case):
        self.case, self.digits = case, DIGITS[case["currency"]]
        self.meters = sorted(case["meters"], key=lambda meter: meter["code"])
        ended = case["ended_at"]
        self.span = Span(case, case["period"]["first"], case["period"]["end"], case["holdings"], ended, day(case["until"]))
        self.lines = {kind: [] for kind in ["fee", "usage", "late", "maximum", "minimum", "discount", "coupon", "memo"]}
        self.billed = [D(0)] * len(self.span.segments)

    def round(self, amount):
        return rounded(amount, self.digits)

    def add(self, kind, amount, meter=None, version=None, since=None, part=None):
        line = {"kind": kind, "amount": minor(amount, self.digits), "meter": meter, "version": version}
        line["from"] = None if since is None else since.isoformat()
        for name in ("used", "included", "quantity"):
            line[name] = plain(part[name]) if part and part[name] is not None else None
        self.lines[kind].append(line)

    def fees(self):
        paid = self.case["fee_paid"]
        covered_to = {}
        if paid is not None:
            version = self.case["versions"][paid["version"]]
            kept = [(max(since, day(paid["from"])), min(to, day(paid["to"])))
                    for holding, since, to in self.span.segments if holding["version"] == paid["version"]]
            unused = (day(paid["to"]) - day(paid["from"])).days - sum(max((to - since).days, 0) for since, to in kept)
            if unused > 0:
                credit = self.round(self.fee(version, unused, self.span.whole))
                credit = min(credit, D(max(paid["creditable_minor"], 0)).scaleb(-self.digits))
                self.add("fee", -credit, version=paid["version"])
            covered_to[paid["version"]] = day(paid["to"])
        for holding, since, to in self.span.segments:
            start = max(since, min(covered_to.get(holding["version"], since), to))
            if start < to or paid is None:
                version = self.case["versions"][holding["version"]]
                amount = self.fee(version, (to - start).days, self.span.whole)
                self.add("fee", self.round(amount), version=holding["version"], since=start)
        following = self.case["next"]
        if following is not None:
            first = day(following["first"])
            span = Span(self.case, following["first"], following["end"], self.case["holdings"], self.case["ended_at"],
                        first + dt.timedelta(days=1))
            holding, since, to = span.segments[0]
            version = self.case["versions"][holding["version"]]
            if version["timing"] == "advance" and to > since:
                amount = self.fee(version, (to - since).days, span.whole)
                self.add("fee", self.round(amount), version=holding["version"], since=since)

    def fee(self, version, days, whole):
        return D(version["fee_minor"]).scaleb(-self.digits) * days / whole

    def use(self):
        for meter in self.meters:
            code = meter["code"]
            nothing = {"units": 0, "opening": 0, "days": [], "events": []}
            use = next((use for use in self.case["used"] if use["meter"] == code), nothing)
            before = next((use for use in self.case["billed"] if use["meter"] == code), None)
            for index in range(len(self.span.segments)):
                version = self.span.version(index)
                if code in version["allowances"] or code in version["prices"]:
                    self.segment(meter, index, use, before)

    def segment(self, meter, index, use, before):
        holding, since, _ = self.span.segments[index]
        now = priced(self.span, index, meter, use)
        earlier = priced(self.span, index, meter, before) if before is not None else None
        amount, cap = self.round(now["amount"]), self.capped(now)
        shown = dict(now)
        line, over = amount, cap - amount
        if earlier is not None:
            shown["used"], shown["quantity"] = now["used"] - earlier["used"], now["quantity"] - earlier["quantity"]
            line -= self.round(earlier["amount"])
            over -= self.capped(earlier) - self.round(earlier["amount"])
        about = {"meter": meter["code"], "version": holding["version"], "since": since}
        if now["price"] is not None and now["price"]["invoiced_by"] == "stripe":
            if shown["used"] != 0 or line + over != 0:
                self.add("memo", line + over, part=shown, **about)
            return
        if shown["used"] != 0 or line != 0:
            self.add("usage", line, part=shown, **about)
        if over != 0:
            self.add("maximum", over, **about)
        self.billed[index] += cap
        if now["price"] is not None and now["price"]["minimum"] is not None and self.case["phase"] == "final":
            self.billed[index] += self.true_up(D(now["price"]["minimum"]), index, cap, about)

    def capped(self, part):
        amount = self.round(part["amount"])
        return amount if part["most"] is None else min(amount, self.round(part["most"]))

    def true_up(self, minimum, index, billed, about):
        _, since, to = self.span.segments[index]
        due = self.round(minimum * (to - since).days / self.span.whole) - billed
        if due <= 0:
            return D(0)
        self.add("minimum", due, **about)
        return due

    def plan_minimums(self):
        for index, (holding, since, to) in enumerate(self.span.segments):
            version = self.span.version(index)
            if version["minimum_minor"] is not None:
                fee = self.round(self.fee(version, (to - since).days, self.span.whole))
                about = {"version": holding["version"], "since": since}
                self.true_up(D(version["minimum_minor"]).scaleb(-self.digits), index, fee + self.billed[index], about)

    def late(self):
        order = sorted(self.case["late"], key=lambda late: (late["with"]["meter"], late["first"]))
        for late in order:
            meter = next(meter for meter in self.meters if meter["code"] == late["with"]["meter"])
            span = Span(self.case, late["first"], late["end"], late["holdings"], self.case["ended_at"], day(late["end"]))
            for index, (holding, since, to) in enumerate(span.segments):
                version = span.version(index)
                now, before = (priced(span, index, meter, late[name]) for name in ("with", "before"))
                totals = []
                for part in (now, before):
                    total = self.capped(part)
                    if part["price"] is not None and part["price"]["minimum"] is not None:
                        minimum = D(part["price"]["minimum"]) * (to - since).days / span.whole
                        total = max(total, self.round(minimum))
                    totals.append(total)
                amount = totals[0] - totals[1]
                shown = dict(now, used=now["used"] - before["used"], quantity=now["quantity"] - before["quantity"])
                if meter["code"] not in version["allowances"] and meter["code"] not in version["prices"]:
                    continue
                if shown["used"] != 0 or amount != 0:
                    kind = "memo" if now["price"] is not None and now["price"]["invoiced_by"] == "stripe" else "late"
                    self.add(kind, amount, meter["code"], holding["version"], since, shown)

    def discounts(self):
        start = max(self.case["period_start"], self.case["started_at"])
        own = [coupon for coupon in self.case["coupons"]
               if coupon["currency"] == self.case["currency"] and coupon["valid_from"] <= start
               and (coupon["valid_to"] is None or start < coupon["valid_to"])]
        own.sort(key=lambda coupon: coupon["ordinal"])
        for coupon in [it for it in own if it["meter"] is not None] + [it for it in own if it["meter"] is None]:
            counting = [line for kind, lines in self.lines.items() if kind != "memo" for line in lines]
            if coupon["meter"] is not None:
                counting = [line for line in counting if line["meter"] == coupon["meter"]]
            base = max(D(sum(line["amount"] for line in counting)).scaleb(-self.digits), D(0))
            off = base * D(coupon["percent"]) / 100 if coupon["percent"] is not None else D(coupon["amount"])
            off = min(self.round(min(off, base)), base)
            if off != 0:
                self.add("coupon" if coupon["meter"] is None else "discount", -off, meter=coupon["meter"])

    def draft(self):
        was_held = self.case["ended_at"] is None or self.case["ended_at"] > self.case["period_start"]
        if not was_held and self.case["fee_paid"] is None and not self.case["late"]:
            return {"error": "nothing_held"}
        if self.case["phase"] == "final" and (was_held or self.case["fee_paid"] is not None):
            self.fees()
        if was_held:
            self.use()
            if self.case["phase"] == "final":
                self.plan_minimums()
        self.late()
        self.discounts()
        lines = [line for kind in self.lines.values() for line in kind]
        net = sum(line["amount"] for line in lines if line["kind"] != "memo")
        percent = D(self.case["tax_percent"])
        tax = minor(self.round(D(net).scaleb(-self.digits) * percent / 100), self.digits)
        taxes = [[plain(percent), net, tax]] if percent else []
        total = net + tax
        settled = self.prepaid(total)
        return {"lines": lines, "net": net, "taxes": taxes, "total": total, "settled": settled,
                "due": total - sum(amount for _, amount in settled)}

    def prepaid(self, total):
        alive = [wallet for wallet in self.case["wallets"]
                 if wallet["currency"] == self.case["currency"] and wallet["balance_minor"] > 0
                 and (wallet["expires_at"] is None or self.case["at"] < wallet["expires_at"])]
        forever = "9999-12-31T00:00:00Z"
        alive.sort(key=lambda it: (it["priority"], it["expires_at"] or forever, it["created_at"], it["number"]))
        left, paid = max(total, 0), []
        for wallet in alive:
            part = min(wallet["balance_minor"], left)
            if part > 0:
                paid.append([wallet["name"], part])
                left -= part
        return paid


def invoice(case):
    return Invoice(case).draft()
