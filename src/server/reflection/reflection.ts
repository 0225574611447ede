import type { DescFile, MessageInitShape } from "@bufbuild/protobuf";
import { Code } from "@connectrpc/connect";
import type {
  ServerReflectionRequest,
  ServerReflectionResponseSchema,
} from "../../../gen/grpc/reflection/v1/reflection_pb.js";
import type { FileIndex } from "./file-index.ts";

type Answer = NonNullable<
  MessageInitShape<typeof ServerReflectionResponseSchema>["messageResponse"]
>;

/** Answers reflection questions, one by one and in order. */
export async function* answerReflection(
  index: FileIndex,
  questions: AsyncIterable<ServerReflectionRequest>,
  stop: AbortSignal,
) {
  const sent = new Set<DescFile>();
  for await (const question of untilAborted(questions, stop)) {
    yield {
      validHost: question.host,
      originalRequest: question,
      messageResponse: answer(index, question.messageRequest, sent),
    };
  }
}

function answer(
  index: FileIndex,
  question: ServerReflectionRequest["messageRequest"],
  sent: Set<DescFile>,
): Answer {
  switch (question.case) {
    case "fileByFilename":
      return files(index, index.byName(question.value), sent);
    case "fileContainingSymbol":
      return files(index, index.bySymbol(question.value.replace(/^\./, "")), sent);
    case "fileContainingExtension": {
      const { containingType, extensionNumber } = question.value;
      return files(index, index.byExtension(containingType, extensionNumber), sent);
    }
    case "allExtensionNumbersOfType": {
      const numbers = index.extensionNumbers(question.value);
      if (numbers === undefined) return refusal(Code.NotFound, "there is no such message");
      return {
        case: "allExtensionNumbersResponse",
        value: { baseTypeName: question.value, extensionNumber: numbers },
      };
    }
    case "listServices":
      return {
        case: "listServicesResponse",
        value: { service: index.services.map((name) => ({ name })) },
      };
    default:
      return refusal(Code.InvalidArgument, "the question is empty, or of a kind not known here");
  }
}

/**
 * The file and what it needs, each before what it imports, each once per stream.
 * The file that was asked for is always sent.
 */
function files(index: FileIndex, file: DescFile | undefined, sent: Set<DescFile>): Answer {
  if (file === undefined) return refusal(Code.NotFound, "there is nothing of that name");
  sent.delete(file);
  const importedFirst: DescFile[] = [];
  const visit = (next: DescFile) => {
    if (sent.has(next)) return;
    sent.add(next);
    next.dependencies.forEach(visit);
    importedFirst.push(next);
  };
  visit(file);
  return {
    case: "fileDescriptorResponse",
    value: { fileDescriptorProto: importedFirst.reverse().map((each) => index.encode(each)) },
  };
}

function refusal(errorCode: Code, errorMessage: string): Answer {
  return { case: "errorResponse", value: { errorCode, errorMessage } };
}

/** A tool may keep its stream open for hours; a server that stops does not wait for it. */
async function* untilAborted<T>(items: AsyncIterable<T>, stop: AbortSignal) {
  const { promise, resolve } = Promise.withResolvers<{ readonly done: true }>();
  const end = () => resolve({ done: true });
  if (stop.aborted) end();
  stop.addEventListener("abort", end);
  const iterator = items[Symbol.asyncIterator]();
  try {
    for (;;) {
      const next = await Promise.race([iterator.next(), promise]);
      if (next.done === true) return;
      yield next.value;
    }
  } finally {
    stop.removeEventListener("abort", end);
  }
}
