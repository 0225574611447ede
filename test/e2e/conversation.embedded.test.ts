import { startService } from "../support/service.ts";
import { conversationSuite } from "./conversation.ts";

conversationSuite("embedded (memory, PGlite)", () => startService());
