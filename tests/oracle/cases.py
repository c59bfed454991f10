"""Random facts of invoices from a seed: `python3 cases.py SEED COUNT` writes one JSON line `{"case", "answer"}` each.

Numbers are kept small enough that every amount fits 28 digits, and odd enough that roundings, ties and crossings happen.
Instants are RFC 3339 in UTC; quantities are units at the meter's scale; zones have fixed offsets, since zones with clock
changes have tests of their own.
"""

import datetime as dt
import json
import random
import sys

from oracle import day, invoice, local_day, month_anchor

CURRENCIES = ["USD", "USD", "USD", "EUR", "JPY", "KWD"]
ZONES = ["UTC", "UTC", "Etc/GMT-9", "Etc/GMT+8"]
HOURS = {"UTC": 0, "Etc/GMT-9": -9, "Etc/GMT+8": 8}


def chance(r, percent):
    return r.randrange(100) < percent


def instant(moment):
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def start_of(when, zone):
    return dt.datetime(when.year, when.month, when.day) + dt.timedelta(hours=HOURS[zone])


def decimal(r, whole, digits):
    """A decimal of up to so many digits after the point, often with ties in them."""
    digits = r.randint(0, digits)
    units = r.randrange(whole * 10**digits + 1)
    if digits and chance(r, 30):
        units = units // 10 * 10 + 5
    text = str(units).rjust(digits + 1, "0")
    return text[:-digits] + "." + text[-digits:] if digits else text


def tiers(r, rate):
    bound, found = 0, []
    for _ in range(r.randint(0, 3)):
        bound += r.randint(1, 60)
        up_to = f"{bound}.5" if chance(r, 20) else str(bound)
        found.append({"up_to": up_to, rate: decimal(r, 20, 4), "flat_amount": flat(r)})
    return found + [{"up_to": None, rate: decimal(r, 20, 4), "flat_amount": flat(r)}]


def flat(r):
    return decimal(r, 9, 3) if chance(r, 40) else "0"


def price(r, meter):
    model = r.choice(["per_unit", "per_unit", "graduated", "volume", "package", "percentage", "graduated_percentage"])
    found = {"model": model, "per": r.choice(["1", "1", "1", "60", "1000", "0.5", "7"]), "minimum": None, "maximum": None,
             "level_billing": r.choice(["peak", "average", "end"]), "invoiced_by": "stripe" if chance(r, 8) else "here"}
    if chance(r, 25):
        found["maximum"] = decimal(r, 60, 3)
    if chance(r, 25):
        found["minimum"] = decimal(r, 30, 3)
        if found["maximum"] is not None and float(found["minimum"]) > float(found["maximum"]):
            found["minimum"], found["maximum"] = found["maximum"], found["minimum"]
    if model == "per_unit":
        found["unit_amount"] = decimal(r, 9, 6)
    elif model in ("graduated", "volume"):
        found.update(tiers=tiers(r, "unit_amount"), at_zero=r.choice(["first_flat", "nothing"]))
    elif model == "graduated_percentage":
        found.update(tiers=tiers(r, "rate_percent"), at_zero=r.choice(["first_flat", "nothing"]))
    elif model == "package":
        found.update(size=str(r.randint(1, 30)), amount=decimal(r, 20, 3), free=str(r.choice([0, 0, 5, 20])),
                     rounding=r.choice(["up", "up", "down"]))
    else:
        found.update(rate_percent=decimal(r, 9, 3), fixed_amount=flat(r),
                     free_events=r.choice([None, None, 0, 1, 3]), free_amount=r.choice([None, None, "0", "50", "250"]),
                     event_minimum=None, event_maximum=None)
        if chance(r, 25):
            found["event_minimum"] = decimal(r, 2, 2)
        if chance(r, 25):
            found["event_maximum"] = str(r.randint(3, 9))
    return found


def meter(r, number):
    aggregation = r.choice(["sum", "sum", "sum", "count", "max", "level"])
    reset = "never" if aggregation == "level" else r.choice(["period", "period", "day"])
    return {"code": f"m{number}", "aggregation": aggregation, "reset": reset, "scale": r.choice([0, 0, 0, 1, 3])}


def version(r, meters):
    found = {"fee_minor": r.choice([0, 3100, 9999, r.randrange(50_000)]), "timing": r.choice(["arrears", "arrears", "advance"]),
             "minimum_minor": r.randrange(30_000) if chance(r, 15) else None, "allowances": {}, "prices": {}}
    for it in meters:
        if chance(r, 85):
            found["allowances"][it["code"]] = None if chance(r, 10) else r.choice([0, 100, r.randrange(2_000)])
        if chance(r, 80):
            found["prices"][it["code"]] = price(r, it)
    return found


def moment_in(r, first, end):
    days = (end - first).days
    return dt.datetime(first.year, first.month, first.day) + dt.timedelta(seconds=r.randrange(days * 86_400))


def use(r, it, first, end, versions_on):
    days, events, units = [], [], 0
    value = opening = r.randrange(900) if it["aggregation"] == "level" else 0
    when = first
    while when < end:
        if chance(r, 25):
            for number in versions_on(when):
                amount = r.randrange(400)
                if it["aggregation"] == "level":
                    amount = max(amount - 200, -value)
                    value += amount
                days.append({"day": when.isoformat(), "version": number, "units": amount})
                if it["aggregation"] != "level":
                    left = amount
                    while left > 0 and it["aggregation"] != "max":
                        part = 1 if it["aggregation"] == "count" and left < 5 else r.randint(1, left)
                        events.append({"day": when.isoformat(), "version": number, "units": part})
                        left -= part
                units = max(units, amount) if it["aggregation"] == "max" else units + amount
        when += dt.timedelta(days=1)
    r.shuffle(days)
    return {"meter": it["code"], "units": 0 if it["aggregation"] == "level" else units, "opening": opening, "days": days,
            "events": events}


def earlier(r, it, whole):
    """A part of a use, as it stood before."""
    keep = [row for row in whole["days"] if chance(r, 60)]
    events = [row for row in whole["events"] if any(row["day"] == it["day"] and row["version"] == it["version"] for it in keep)]
    units = [row["units"] for row in keep]
    total = max(units, default=0) if it["aggregation"] == "max" else sum(units)
    return dict(whole, days=keep, events=events, units=0 if it["aggregation"] == "level" else total)


def holdings(r, versions, first, end, zone, started):
    found = [{"version": r.choice(list(versions)), "from": instant(started), "seq": 1, "overrides": {}}]
    for _ in range(r.choice([0, 0, 1, 1, 2, 3])):
        change = dict(r.choice(found), **{"from": instant(moment_in(r, first, end)), "seq": len(found) + 1})
        if chance(r, 75):
            change["version"] = r.choice(list(versions))
        else:
            meters = sorted({code for it in versions.values() for code in it["allowances"]})
            if meters:
                change["overrides"] = {r.choice(meters): r.choice([None, 0, r.randrange(2_000)])}
        found.append(change)
    return found


def assigned(rows, zone):
    """Which versions use of a day may have: those that held at some instant of it."""
    ordered = sorted(rows, key=lambda row: (row["from"], row["seq"]))

    def versions_on(when):
        before = [row["version"] for row in ordered if local_day(row["from"], zone) < when][-1:]
        return list(dict.fromkeys(before + [row["version"] for row in ordered if local_day(row["from"], zone) == when]))

    return lambda when: versions_on(when) or [ordered[0]["version"]]


def coupon(r, number, meters, currency):
    of_meter = r.choice(meters)["code"] if chance(r, 40) else None
    percent = decimal(r, 60, 3) if chance(r, 60) else None
    return {"ordinal": r.randrange(9) * 10 + number, "code": f"C{number}", "meter": of_meter, "percent": percent,
            "amount": decimal(r, 20, 3) if percent is None else None,
            "currency": currency if chance(r, 90) else "CHF",
            "valid_from": r.choice(["2024-01-01T00:00:00Z", "2024-01-01T00:00:00Z", "2026-01-20T00:00:00Z"]),
            "valid_to": r.choice([None, None, "2026-01-20T00:00:00Z"])}


def wallet(r, number, currency):
    return {"number": number, "name": f"W{number}", "priority": r.randrange(3), "balance_minor": r.randrange(20_000),
            "currency": currency if chance(r, 85) else "CHF",
            "expires_at": r.choice([None, None, "2026-01-05T00:00:00Z", "2027-01-01T00:00:00Z", "2028-01-01T00:00:00Z"]),
            "created_at": r.choice(["2025-01-01T00:00:00Z", "2025-02-01T00:00:00Z"])}


def case(r):
    zone, currency, anchor = r.choice(ZONES), r.choice(CURRENCIES), r.choice([1, 1, 15, 29, 30, 31])
    month = r.randint(0, 15)
    first = month_anchor(2025 + month // 12, month % 12 + 1, anchor)
    end = next_anchor(first, anchor)
    started = start_of(first, zone) - dt.timedelta(days=400, hours=5)
    if chance(r, 25):  # the first period is short
        first += dt.timedelta(days=r.randrange((end - first).days))
        started = start_of(first, zone) + dt.timedelta(hours=r.randrange(24))
    meters = [meter(r, number) for number in range(r.randint(1, 3))]
    versions = {number: version(r, meters) for number in range(1, r.randint(2, 4))}
    rows = holdings(r, versions, first, end, zone, started)
    found = {"currency": currency, "zone": zone, "anchor_day": anchor, "tax_percent": r.choice(["0", "19", "25", "7.7", "33.333"]),
             "period": {"first": first.isoformat(), "end": end.isoformat()}, "period_start": instant(start_of(first, zone)),
             "started_at": instant(started), "ended_at": None, "until": end.isoformat(), "phase": "final",
             "at": instant(start_of(end, zone) + dt.timedelta(days=3)), "next": None, "fee_paid": None, "meters": meters,
             "versions": versions, "holdings": rows, "billed": [], "late": []}
    if chance(r, 20):
        found["ended_at"] = instant(max(started + dt.timedelta(seconds=1), moment_in(r, first, end)))
    if chance(r, 8):  # running: not all of it has happened yet
        found["until"] = (first + dt.timedelta(days=r.randint(1, (end - first).days))).isoformat()
    versions_on = assigned(rows, zone)
    found["used"] = [use(r, it, first, end, versions_on) for it in meters if chance(r, 85)]
    if chance(r, 60):
        found["next"] = {"first": end.isoformat(), "end": next_anchor(end, anchor).isoformat()}
    if chance(r, 30):
        number = rows[0]["version"] if chance(r, 80) else r.choice(list(versions))
        paid_to = end if chance(r, 80) else first + dt.timedelta(days=r.randint(1, (end - first).days))
        found["fee_paid"] = {"version": number, "from": first.isoformat(), "to": paid_to.isoformat(),
                             "creditable_minor": versions[number]["fee_minor"] if chance(r, 70) else r.randrange(5_000)}
    if chance(r, 12):
        found["phase"] = r.choice(["running", "final"])
        found["billed"] = [earlier(r, it, whole) for it in meters for whole in found["used"] if whole["meter"] == it["code"]]
    if chance(r, 25):
        old_end, old_first = first, month_anchor(first.year - (first.month == 1), first.month - 1 or 12, 1)
        if old_first < old_end:
            old = holdings(r, versions, old_first, old_end, zone, started - dt.timedelta(days=800))
            for it in [it for it in meters if chance(r, 60)]:
                whole = use(r, it, old_first, old_end, assigned(old, zone))
                found["late"].append({"first": old_first.isoformat(), "end": old_end.isoformat(), "holdings": old,
                                      "before": earlier(r, it, whole), "with": whole})
    found["coupons"] = [coupon(r, number, meters, currency) for number in range(r.choice([0, 0, 1, 2, 3]))]
    found["wallets"] = [wallet(r, number, currency) for number in range(r.choice([0, 0, 1, 3]))]
    return found


def next_anchor(first, anchor):
    year, month = (first.year, first.month + 1) if first.month < 12 else (first.year + 1, 1)
    this = month_anchor(first.year, first.month, anchor)
    return this if this > first else month_anchor(year, month, anchor)


def main():
    seed, count = int(sys.argv[1]), int(sys.argv[2])
    for number in range(count):
        made = case(random.Random(seed * 1_000_003 + number))
        made = json.loads(json.dumps(made))
        print(json.dumps({"case": made, "answer": invoice(with_numbers(made))}, separators=(",", ":")))


def with_numbers(made):
    """Versions by number again: JSON has only text as keys."""
    return dict(made, versions={int(number): it for number, it in made["versions"].items()})


if __name__ == "__main__":
    main()
