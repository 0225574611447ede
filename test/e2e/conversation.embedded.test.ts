import { startService } from "../support/service.ts";
import { conversationSuite } from "./conversation/index.ts";

conversationSuite("embedded (memory, PGlite)", () => startService());
