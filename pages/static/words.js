// Numbers and times as words. Amounts stay digit strings: nothing is computed in floating point.

export function coins(amount, decimals = 9) {
  const digits = String(amount).padStart(decimals + 1, "0");
  const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ",");
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "");
  return fraction ? `${whole}.${fraction}` : whole;
}

/** Nanoton of a text like "12.5"; null when it is none. */
export function nanoton(text) {
  const match = /^(\d{1,9})(?:[.,](\d{1,9}))?$/.exec(text.trim());
  return match ? (match[1] + (match[2] ?? "").padEnd(9, "0")).replace(/^0+(?=\d)/, "") : null;
}

/** A gift's number of a text like "298"; null when it is none. */
export function giftNumber(text) {
  const number = /^\d{1,10}$/.test(text.trim()) ? Number(text) : 0;
  return number >= 1 && number < 2 ** 31 ? number : null;
}

export function age(seconds) {
  if (seconds < 60) return `${Math.max(0, Math.round(seconds))} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}

/** Time left, finer the less there is. */
export function left(seconds) {
  const whole = Math.max(0, Math.floor(seconds)), two = (number) => String(number).padStart(2, "0");
  if (whole >= 172_800) return `${Math.floor(whole / 86_400)} d ${Math.floor(whole % 86_400 / 3600)} h`;
  const parts = [Math.floor(whole / 3600), Math.floor(whole % 3600 / 60), whole % 60];
  return parts[0] ? `${parts[0]}:${two(parts[1])}:${two(parts[2])}` : `${parts[1]}:${two(parts[2])}`;
}

export function since(iso) { return age((Date.now() - Date.parse(iso)) / 1000); }

export function when(iso) {
  return new Date(iso).toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

export function perMille(attribute) {
  if (attribute?.rarityTier) return attribute.rarityTier.toLowerCase();
  if (attribute?.rarityPerMille == null) return "rarity not told";
  const tenths = attribute.rarityPerMille;
  return `${Math.floor(tenths / 10)}${tenths % 10 ? "." + (tenths % 10) : ""}%`;
}

/** A price as a market states it. Some state what the seller receives: the buyer pays more, and a reader must not take it for the same. */
export function priceWords({ text, feeBasis }) { return feeBasis === "SELLER_RECEIVES" ? `${text} to the seller` : text; }

const KINDS = { LISTED: "Listed", REPRICED: "Repriced", SOLD: "Sold", DELISTED: "Delisted", STILL_LISTED: "Still listed",
  GIFT_TRANSFERRED: "Transferred", EXPORTED: "Exported", RETURNED: "Back from TON", METADATA_SEEN: "Described", MARKET_QUARANTINED: "Market quarantined",
  MARKET_RELEASED: "Market released", COLLECTION_SEEN: "Collection", ATTRIBUTE_SEEN: "Attribute", RATE_OBSERVED: "Rate",
  AUCTION_STARTED: "Auction", BID_PLACED: "Bid", AUCTION_STANDS: "Auction stands", AUCTION_ENDED: "Auction ended",
  OFFER_MADE: "Offer", OFFER_REPRICED: "Offer changed", OFFER_STANDS: "Offer stands", OFFER_ENDED: "Offer ended", OFFER_SEEN: "Offer described" };
export function kindWord(kind) { return KINDS[kind] ?? kind.toLowerCase().replaceAll("_", " "); }

const STEPS = { FIRST_TOLD: "First told of", EXPORTED: "Exported to TON", RETURNED: "Came back from TON", MOVED: "Moved", TRANSFERRED: "Transferred",
  LISTED: "Listed", REPRICED: "Repriced", DELISTED: "Delisted", SOLD: "Sold" };
/** A step of a gift's life. */
export function stepWord(kind) { return STEPS[kind] ?? kindWord(kind); }

/** What a page says of its world; null for the live one, of which nothing need be said. */
export function worldWords(world) {
  if (!world || world === "live") return null;
  if (world.startsWith("sandbox ")) return "Simulated market: everything here comes from a sandbox. No gift, price or person on this page is real.";
  if (world === "fixtures") return "Pages from files: what stands here was read from recorded and constructed pages that come with Ribbon, not from the markets.";
  return `Not the live markets: ${world}.`;
}

const FIELDS = { address: "Address", addressCandidates: "Address once exported", custody: "Custody", owner: "Owner", imageUrl: "Original picture", dates: "Dates" };
/** A field of the API as a heading: `symbol.rarityPerMille` is "Symbol rarity". */
export function fieldWord(field) {
  const text = FIELDS[field] ?? field.replace(/\.rarityPerMille$/, " rarity").replace(/\./g, " ").replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
  return text[0].toUpperCase() + text.slice(1);
}
