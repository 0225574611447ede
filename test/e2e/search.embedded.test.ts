import { searchSuite } from "./search.ts";

searchSuite("embedded", async () => ({}));
