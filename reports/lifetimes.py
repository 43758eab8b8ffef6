"""Since when: what is known of the days on which goods came, went and came back, and of the shop that has them."""

from datetime import datetime

from reports.data import WeeklyData, name_of
from reports.safety import shown
from reports.wording import availability_text, date_text, price_text, quantity_text, shop_name
from restock.change import Change
from restock.terms import Event


def held_since(change: Change) -> datetime:
    """When the later state was first seen: in a week of many runs that is not the window's end."""
    seen = change.after.observed_at if change.after else None
    return min(seen, change.at) if seen else change.at


def since_text(change: Change, data: WeeklyData) -> str:
    """The day on which it was first seen so, the last complete crawl that saw it otherwise, and since when it is
    listed; what the very first crawl of a site found may be older than that."""
    words, listing, seen = data.words, change.listing, held_since(change)
    before = data.look_before(listing.site, seen)
    parts = [words.say("fact.first_seen", day=date_text(seen))]
    parts += [words.say("fact.not_yet", day=date_text(before))] if before else []
    first = data.first_seen.get(name_of(listing))
    if first is not None and first < seen:
        looks = data.looks.get(listing.site or "", ())
        phrase = "fact.listed_before" if looks and first <= looks[0] else "fact.listed_since"
        parts.append(words.say(phrase, day=date_text(first)))
    return "; ".join(parts)


def formerly_text(change: Change, data: WeeklyData) -> str:
    words = data.words
    if change.event is Event.REAPPEARED:
        gone = data.gone_since.get(name_of(change.listing))
        priced = price_text(words, change.before) if change.before else words.say("value.no_price")
        day = date_text(gone) if gone else None
        return words.say("fact.had_gone_since", day=day, price=priced) if day else words.say("fact.had_gone")
    if change.before is None:
        return words.say("fact.new_here")
    return words.say("value.was", value=availability_text(words, change.before))


def absence_text(change: Change, data: WeeklyData) -> str | None:
    """Between which crawls a listing went, and, where it came back, since when it had been gone."""
    words, listing = data.words, change.listing
    before = data.look_before(listing.site, change.at)
    if change.event is Event.DISAPPEARED and before is not None:
        return words.say("fact.went", last=date_text(before), day=date_text(change.at))
    if change.event is Event.REAPPEARED and (gone := data.gone_since.get(name_of(listing))) is not None:
        return words.say("fact.was_away", gone=date_text(gone), back=date_text(change.at))
    return None


def rise_text(change: Change, data: WeeklyData) -> str | None:
    """A quantity that rose, as what was seen and between which crawls."""
    before, after = change.before, change.after
    if change.event is not Event.QUANTITY_CHANGED or before is None or after is None:
        return None
    if before.quantity is None or after.quantity is None or after.quantity <= before.quantity:
        return None
    words = data.words
    told = words.say("fact.rose", old=quantity_text(words, before), new=quantity_text(words, after))
    look = data.look_before(after.site, change.at)
    days = [words.say("fact.first_seen", day=date_text(change.at))]
    days += [words.say("fact.not_yet", day=date_text(look))] if look else []
    return "; ".join((told, *days))


def shop_text(site: str | None, data: WeeklyData) -> str:
    """A shop by its title and its name here, and who sells there, as far as its definition says."""
    shop = data.shop(site)
    if shop is None:
        return shown(site, 60)
    seller = data.words.say("fact.seller", seller=shown(shop.seller, 80)) if shop.seller else ""
    return shop_name(shop) + seller
