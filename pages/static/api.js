// The API, asked by POST. A refusal becomes an Error with the server's own words and code.

const PAGES_MAX = 30;

export class Refused extends Error {
  constructor(message, code) { super(message); this.code = code; }
}

/** Every node of a connection, page by page; `query` gives it as `page` and takes `$after`. */
export async function askAll(query, variables = {}) {
  const nodes = [];
  for (let after = null, pages = 0; pages < PAGES_MAX; pages += 1) {
    const { page } = await ask(query, { ...variables, after });
    nodes.push(...page.nodes);
    if (!page.pageInfo.hasNextPage) break;
    after = page.pageInfo.endCursor;
  }
  return nodes;
}

export async function ask(query, variables = {}) {
  let response;
  try {
    response = await fetch("/graphql", {
      method: "POST",
      headers: { "content-type": "application/json", accept: "application/json" },
      body: JSON.stringify({ query, variables }),
    });
  } catch {
    throw new Refused("The server cannot be reached.", "UNREACHABLE");
  }
  const answer = await response.json().catch(() => null);
  const fault = answer?.errors?.[0];
  if (fault) throw new Refused(fault.message, fault.extensions?.code);
  if (!response.ok || !answer?.data) throw new Refused(`The server answered ${response.status}.`, "STATUS");
  return answer.data;
}
