import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Env } from "../../src/config/env.ts";
import { type RestClient, rest, uniqueUser } from "../support/rest.ts";
import { startService, type TestService } from "../support/service.ts";

interface Hit {
  readonly session_id: string;
  readonly seq: number;
  readonly role: string | null;
  readonly highlights: readonly {
    readonly text: string;
    readonly matches: readonly { readonly start: number; readonly end: number }[];
  }[];
}

/** Finding what was said, on whichever stores. */
export function searchSuite(
  name: string,
  stores: () => Promise<Env>,
  suite: (name: string, tests: () => void) => void = describe,
): void {
  suite(`search: ${name}`, () => {
    let service: TestService;
    let client: RestClient;
    beforeAll(async () => {
      service = await startService(await stores());
      client = rest(service.url, { "x-user-id": uniqueUser() });
    });
    afterAll(() => service.close());

    async function said(
      texts: readonly string[],
      session: object = {},
      headers: Record<string, string> = {},
    ): Promise<string> {
      const { body } = await client.post("/api/v1/sessions", session, headers);
      const messages = texts.map((content, n) => ({
        role: n % 2 === 0 ? "user" : "assistant",
        content,
      }));
      const path = `/api/v1/sessions/${body.session_id}/messages`;
      if (texts.length > 0) {
        expect((await client.post(path, { messages }, headers)).status).toBe(201);
      }
      return body.session_id;
    }

    async function find(query: Record<string, string>, headers: Record<string, string> = {}) {
      const answer = await client.get(`/api/v1/search?${new URLSearchParams(query)}`, headers);
      expect(answer.status).toBe(200);
      return answer.body as { hits: Hit[]; next_page_token: string };
    }

    /** As soon as the index has followed the log so far. */
    async function found(query: Record<string, string>, hits: number): Promise<Hit[]> {
      await expect
        .poll(async () => (await find(query)).hits.length, { timeout: 10_000 })
        .toBe(hits);
      return (await find(query)).hits;
    }

    it("finds messages and titles by all words in any case, and says where they are", async () => {
      const id = await said(["The quick brown Fox 🦊 jumps", "over a lazy dog"], {
        title: "Foxes at dawn",
      });
      const [message] = await found({ q: "fox BROWN" }, 1);
      expect(message).toMatchObject({ session_id: id, seq: 2, role: "user" });
      const [excerpt] = message!.highlights;
      const words = excerpt!.matches.map(({ start, end }) => excerpt!.text.slice(start, end));
      expect(words).toEqual(["brown", "Fox"]);
      const [title] = await found({ q: "foxes" }, 1);
      expect(title).toMatchObject({ session_id: id, seq: 0, role: null, title: "Foxes at dawn" });
      await client.patch(`/api/v1/sessions/${id}`, { title: "Renamed" });
      await found({ q: "renamed" }, 1);
      await found({ q: "foxes" }, 0);
    });

    it("understands phrases, alternatives and what must not be there", async () => {
      await said(["alpha beta gamma", "beta alpha delta"]);
      await found({ q: "alpha beta" }, 2);
      await found({ q: '"alpha beta"' }, 1);
      await found({ q: "gamma or delta" }, 2);
      const [left] = await found({ q: "alpha -gamma" }, 1);
      expect(left?.highlights[0]?.text).toBe("beta alpha delta");
    });

    it("takes any text for a query, and finds nothing by no word", async () => {
      await said(["plain"]);
      await found({ q: "plain" }, 1);
      const odd = ["'", '"', "!", "& | !", "\\", "(", "zz:*", "\u0001", "-", "'; DROP TABLE x"];
      for (const q of odd) expect((await find({ q })).hits).toEqual([]);
      expect((await client.get("/api/v1/search")).status).toBe(400);
      expect((await client.get("/api/v1/search?q=")).status).toBe(400);
      expect((await client.get("/api/v1/search?q=a&page_token=x")).status).toBe(400);
    });

    it("filters by session, agent, role and time", async () => {
      const one = await said(["kiwi one", "kiwi two"], { agent_id: "fruit" });
      await said(["kiwi three"]);
      await found({ q: "kiwi" }, 3);
      await found({ q: "kiwi", session_id: one }, 2);
      await found({ q: "kiwi", agent_id: "fruit" }, 2);
      await found({ q: "kiwi", role: "assistant" }, 1);
      await found({ q: "kiwi", date_from: "2999-01-01" }, 0);
      await found({ q: "kiwi", date_to: "2999-01-01" }, 3);
      const nobodys = await client.get("/api/v1/search?q=kiwi&session_id=nobodys");
      expect([nobodys.status, nobodys.body.error]).toEqual([404, "session_not_found"]);
    });

    it("pages newest first, without gaps or repeats", async () => {
      const texts = Array.from({ length: 25 }, (_, n) => `mango ${n}`);
      await said(texts);
      await said(texts);
      const all = await found({ q: "mango", limit: "100" }, 50);
      const paged: Hit[] = [];
      let page_token = "";
      do {
        const page = await find({ q: "mango", limit: "7", ...(page_token && { page_token }) });
        paged.push(...page.hits);
        page_token = page.next_page_token;
      } while (page_token !== "");
      expect(paged).toEqual(all);
      const elsewhere = await find({ q: "mango", limit: "7" });
      const other = `/api/v1/search?q=melon&page_token=${elsewhere.next_page_token}`;
      expect((await client.get(other)).status).toBe(400);
    });

    it("finds nothing of another user or another tenant", async () => {
      const id = await said(["papaya"]);
      await found({ q: "papaya" }, 1);
      const user = { "x-user-id": "somebody-else" };
      const tenant = { "x-tenant-id": "another" };
      expect((await find({ q: "papaya" }, user)).hits).toEqual([]);
      expect((await find({ q: "papaya" }, tenant)).hits).toEqual([]);
      const query = `/api/v1/search?q=papaya&session_id=${id}`;
      expect((await client.get(query, user)).status).toBe(404);
    });

    it("stops finding what was deleted, and finds it again when it is restored", async () => {
      const id = await said(["lychee"]);
      await found({ q: "lychee" }, 1);
      await client.delete(`/api/v1/sessions/${id}`);
      expect((await find({ q: "lychee" })).hits).toEqual([]);
      await client.post(`/api/v1/sessions/${id}/restore`);
      expect((await find({ q: "lychee" })).hits).toHaveLength(1);
    });

    it("stops finding at once what was redacted, and soon what was cleared", async () => {
      const id = await said(["durian keep", "durian secret"]);
      await found({ q: "durian" }, 2);
      const path = `/api/v1/sessions/${id}`;
      expect((await client.delete(`${path}/messages/3`)).status).toBe(200);
      expect((await find({ q: "secret" })).hits).toEqual([]);
      expect((await find({ q: "durian" })).hits).toHaveLength(1);
      await client.post(`${path}/clear`);
      await found({ q: "durian" }, 0);
    });

    it("finds what is archived where that is wished", async () => {
      const id = await said(["tamarind"], { ttl_seconds: 1 });
      await expect
        .poll(async () => (await client.get(`/api/v1/archives/${id}`)).status, { timeout: 10_000 })
        .toBe(200);
      await found({ q: "tamarind", include_archived: "true" }, 1);
      const [hit] = (await find({ q: "tamarind", include_archived: "true" })).hits;
      expect(hit).toMatchObject({ session_id: id, archived: true });
      expect((await find({ q: "tamarind" })).hits).toEqual([]);
    });
  });
}
