// The schema: its committed text, which is served even where introspection is off; else by introspection.
import { buildClientSchema, buildSchema, getIntrospectionQuery } from "graphql";
import { ask } from "./client.js";

export async function readSchema() {
  try {
    const response = await fetch("/schema.graphql");
    if (response.ok) return buildSchema(await response.text(), { assumeValidSDL: true });
  } catch { /* then by introspection */ }
  const { body } = await ask({ query: getIntrospectionQuery() });
  if (!body.data) throw new Error(body.errors?.[0]?.message ?? "The schema cannot be read.");
  return buildClientSchema(body.data);
}
