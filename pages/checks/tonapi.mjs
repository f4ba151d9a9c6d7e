// TonAPI's own npm client reads the sandbox: what it decodes is what the sandbox's chain holds, so a shape that only we believe in is seen.
import { TonApiClient } from "@ton-api/client";
import { Address } from "@ton/core";
import { holds, same, until } from "./expect.mjs";

/** The sandbox keeps TonAPI's limit; the client leaves waiting to its user. */
async function patiently(what, ask) {
  let answer;
  await until(what, async () => {
    try { answer = await ask(); return true; } catch (fault) {
      if (!/rate limit|429/.test(String(fault))) throw fault;
      return false;
    }
  });
  return answer;
}

async function readsTheSandbox({ ribbon }) {
  const client = new TonApiClient({ baseUrl: `${ribbon.sandbox}/tonapi` });
  const { nftCollections } = await patiently("the collections", () => client.nft.getNftCollections({ limit: 1000 }));
  holds(nftCollections.length > 50, "collections", "more than 50", nftCollections.length);
  const content = nftCollections[0].rawCollectionContent.beginParse();
  same(content.loadUint(8), 1, "the first byte of a collection's content");
  const uri = content.loadStringTail();
  holds(/^https:\/\/nft\.fragment\.com\/collection\/[a-z0-9]+\.json$/.test(uri), "a collection's content", "a link to its metadata", uri);

  let item;
  for (const { address } of nftCollections) {
    const { nftItems } = await patiently("the items of a collection", () => client.nft.getItemsFromCollection(address, { limit: 1000 }));
    item = nftItems.find(({ sale }) => sale);
    if (item) break;
  }
  holds(item, "items for sale", "one at least", "none");
  same(item.sale.price.tokenName, "Gram", "the coin, as it is called since 2026-06");
  holds(typeof item.sale.price.value === "bigint" && item.sale.price.value >= 0n, "a price", "whole nanotons", item.sale.price.value);
  same(item.owner.address.toRawString(), item.sale.address.toRawString(), "the contract that sells an item holds it");
  const alone = await patiently("the item by itself", () => client.nft.getNftItemByAddress(item.address));
  same([alone.metadata.name, alone.address.toRawString()], [item.metadata.name, item.address.toRawString()], "the item by itself");

  const owner = item.sale.owner.address;
  const { nftItems } = await patiently("the gifts of an account", () => client.accounts.getAccountNftItems(owner, { indirect_ownership: true, limit: 1000 }));
  holds(nftItems.some(({ address }) => address.equals(item.address)), "the owner's gifts", `${item.metadata.name} among them`, nftItems.length);
  const contract = await patiently("the contract's account", () => client.blockchain.getBlockchainRawAccount(item.sale.address));
  same(contract.status, "active", "the state of the contract's account");
  holds(contract.code.hash().length === 32, "the contract's code", "a cell with a hash", contract.code);
  const gone = await patiently("an account where nothing stands", () => client.blockchain.getBlockchainRawAccount(Address.parse(`0:${"0".repeat(63)}1`)));
  same(gone.status, "nonexist", "the state of an account where nothing stands");

  const { operations, nextFrom } = await patiently("the history of an account", () => client.nft.getAccountNftHistory(owner, { limit: 5 }));
  const times = operations.map(({ lt }) => lt);
  same(times, [...times].sort((a, b) => (a < b ? 1 : -1)), "logical times, newest first");
  if (times.length) same(nextFrom, times.at(-1), "where the history goes on");
  const { events } = await patiently("the events of an account", () => client.accounts.getAccountEvents(owner, { limit: 5 }));
  holds(events.every(({ actions }) => actions.length === 1 && actions[0].status === "ok"), "actions", "one that succeeded in each event", events);
  const { rates } = await patiently("the rate", () => client.rates.getRates({ tokens: ["ton"], currencies: ["usd"] }));
  holds(rates.TON.prices.USD > 0, "dollars of a TON", "above 0", rates);
}

export default [{ name: "judge: TonAPI's own client reads the sandbox", run: readsTheSandbox }];
