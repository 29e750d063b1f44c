import type { Listed } from "../goods/listed";
import { root } from "../language";

/** Loads the shop's list of products. Throws where it can't be had. */
export async function products(fetcher: typeof fetch): Promise<readonly Listed[]> {
  const answer = await fetcher(`${root}products.json`, { credentials: "omit" });
  if (!answer.ok) throw new Error(`load the list of products: status ${answer.status}`);
  return (await answer.json()) as readonly Listed[];
}
