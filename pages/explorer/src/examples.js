// Questions to begin with. Each is complete: run it, then change it.

const GIFT_LIKE = `query Like { listings(first: 1, filter: { price: { currency: "TON" } }) { nodes { gift { slug number } } } }`;

export const EVENT = `# One entry of the log, and where its evidence can be downloaded.
# ribbon verify event FILE recomputes the event from that file.
query Event($position: Position!) {
  event(position: $position) {
    position
    kind
    at
    observedAt
    market { name }
    gift { name slug number }
    price { text feeBasis }
    fact {
      __typename
      ... on Repriced { before { text } }
      ... on Delisted { reason }
      ... on Sold { seller buyer transaction }
    }
    finality
    cause
    origin
    corrects
    evidence { hash path url }
    line
  }
}
`;

export const EXAMPLES = [
  {
    name: "Cheapest gifts, all-in",
    query: `# The cheapest gifts by what the buyer pays in the end.
# Every line of the all-in price names its source and its day.
query Cheapest($filter: ListingFilter!) {
  listings(first: 5, filter: $filter, sort: { by: ALL_IN, direction: ASC }) {
    totalCount
    asOf { position ageMs }
    nodes {
      gift { name model { name rarityPerMille } backdrop { name } }
      market { name }
      price { text feeBasis }
      allIn {
        text
        atLeast
        lines { kind text counted basis source sourceDate }
      }
      ageSeconds
      linkUrl
      evidenceUrl
    }
  }
}
`,
    variables: { filter: { price: { currency: "TON", of: "ALL_IN" } } },
  },
  {
    name: "One gift on every market",
    query: `# One gift has one identity: its open listings on all markets stand side by side.
query Gift($slug: Slug!, $number: Int!) {
  gift(slug: $slug, number: $number) {
    name
    model { name rarityPerMille }
    symbol { name rarityPerMille }
    backdrop { name rarityPerMille }
    custody { kind market { name } since }
    address
    addressCandidates
    listings {
      market { name }
      price { text }
      allIn { text lines { kind text counted source } }
      ageSeconds
      linkUrl
      evidenceUrl
    }
    history(first: 5) { position kind at price { text } market { name } }
    missing { field reason }
  }
}
`,
    variables: { slug: "plushpepe", number: 1 },
    /** A gift that is for sale now. */
    async fill(ask) {
      const gift = (await ask({ query: GIFT_LIKE })).body.data?.listings.nodes[0]?.gift;
      return gift && { slug: gift.slug, number: gift.number };
    },
  },
  {
    name: "Floors of collections",
    query: `# The lowest open listing of each collection over all markets.
query Floors {
  floors(first: 20, filter: { kinds: [COLLECTION], bestOnly: true, currency: "TON" }) {
    asOf { position ageMs }
    nodes {
      slug
      price { text }
      allIn { text }
      allInAtLeast
      listingsCount
      listing { gift { name } market { name } evidenceUrl }
    }
  }
}
`,
  },
  {
    name: "Latest sales",
    query: `# Sales as the markets' own feeds tell them; never guessed from a listing that vanished.
query Sales {
  sales(first: 10) {
    nodes {
      gift { name model { name } }
      market { name }
      price { text }
      soldAt
      evidenceUrl
    }
    pageInfo { endCursor hasNextPage }
  }
}
`,
  },
  {
    name: "Live: events",
    query: `# Follows the log. Keep the latest cursor and give it as \`after\`
# to go on later without loss or repeat, or to be told to reload.
# As server-sent events too: GET /graphql/sse?query=... with
# Accept: text/event-stream; the id of an event is its cursor.
subscription Live($filter: EventFilter, $after: Cursor) {
  events(filter: $filter, after: $after) {
    ... on EventsBatch {
      cursor
      events {
        position
        kind
        gift { name }
        market { name }
        price { text }
        evidence { url }
      }
    }
    ... on Reload { reason }
  }
}
`,
    variables: { filter: { kinds: ["LISTED", "REPRICED", "SOLD", "DELISTED"] } },
  },
  {
    name: "Live: floors",
    query: `# First the whole picture, then the floors that change.
subscription LiveFloors {
  floors(filter: { kinds: [COLLECTION], bestOnly: true, currency: "TON" }) {
    ... on FloorsBatch {
      isSnapshot
      cursor
      floors { slug price { text } listingsCount askPosition }
      gone { slug }
    }
    ... on Reload { reason }
  }
}
`,
  },
  {
    name: "Head of the log",
    query: `# The head of the hash chain: compare it with what others were told,
# or fetch the log at /log and recompute it with ribbon verify log.
query Head {
  log { position hash committedAt answeredAt exportUrl }
  activity(first: 5) {
    nodes { position kind at market { name } gift { name } line }
  }
}
`,
  },
  {
    name: "Markets, and what is not covered",
    query: `query Markets {
  markets {
    name
    listingsCount
    covers
    notCovered
    status { state since checkedAt ageSeconds scopesDone scopesTotal lastFault }
    quarantine { path why since }
  }
  notCovered { name why }
}
`,
  },
];
