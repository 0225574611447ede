import { startService } from "../support/service.ts";
import { replaySuite } from "./replay/index.ts";

// Sixty of them have all there is to be told of; PGlite would take its time for the whole file.
replaySuite("embedded", async () => [await startService()], { atMost: 60 });
