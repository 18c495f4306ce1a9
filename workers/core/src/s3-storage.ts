import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectsCommand,
  GetObjectCommand,
  HeadBucketCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from "@aws-sdk/client-s3";
import { getSignedUrl } from "@aws-sdk/s3-request-presigner";
import { provideDomParser } from "./dom-parser.ts";
import { base64ToHex, hexToBase64 } from "./encoding.ts";
import { AppError } from "./errors.ts";
import { createRangeReader } from "./range-reader.ts";
import type { Storage } from "./storage.ts";

export interface S3Config {
  endpoint: string;
  region: string;
  bucket: string;
  accessKeyId: string;
  secretAccessKey: string;
}

const timeoutMs = 15_000;
const maxAttempts = 3;
/** S3 deletes at most this many objects a call. */
const deleteBatch = 1000;

/** S3 through the AWS SDK. Bounded in time and tries; a dead endpoint is `storage_unavailable`, never a hang. */
export function createS3Storage(config: S3Config): Storage {
  provideDomParser();
  const client = new S3Client({
    endpoint: config.endpoint,
    region: config.region,
    credentials: { accessKeyId: config.accessKeyId, secretAccessKey: config.secretAccessKey },
    forcePathStyle: true,
    maxAttempts,
    // Checksums are ours to give: the SDK's default CRC would be signed into addresses others use.
    requestChecksumCalculation: "WHEN_REQUIRED",
    responseChecksumValidation: "WHEN_REQUIRED",
  });
  const Bucket = config.bucket;
  const limits = () => ({ abortSignal: AbortSignal.timeout(timeoutMs) });

  const presignGet: Storage["presignGet"] = (key, { expiresSeconds }) =>
    getSignedUrl(client, new GetObjectCommand({ Bucket, Key: key }), { expiresIn: expiresSeconds });
  const readByLink = createRangeReader(presignGet, { timeoutMs: timeoutMs / 3 });

  return {
    async createMultipart(key) {
      const answer = await calling(() => client.send(new CreateMultipartUploadCommand({ Bucket, Key: key }), limits()));
      if (answer.UploadId === undefined) throw new Error(`S3 gave no upload id for ${key}`);
      return answer.UploadId;
    },

    presignPart({ key, multipartId, partNumber, sizeBytes, expiresSeconds }) {
      const part = { UploadId: multipartId, PartNumber: partNumber, ContentLength: sizeBytes };
      return getSignedUrl(client, new UploadPartCommand({ Bucket, Key: key, ...part }), { expiresIn: expiresSeconds });
    },

    async completeMultipart({ key, multipartId, parts }) {
      const MultipartUpload = { Parts: parts.map(({ partNumber, etag }) => ({ PartNumber: partNumber, ETag: etag })) };
      try {
        await client.send(
          new CompleteMultipartUploadCommand({ Bucket, Key: key, UploadId: multipartId, MultipartUpload }),
          limits(),
        );
      } catch (error) {
        const name = nameOf(error);
        if (name === "NoSuchUpload" && (await this.head(key))) return;
        if (name === "NoSuchUpload")
          throw new AppError("upload_not_ready", "the storage no longer knows this upload; start a new one", {
            cause: error,
          });
        if (partErrors.has(name))
          throw new AppError("invalid_input", `the storage refused the parts: ${messageOf(error)}`, { cause: error });
        throw translate(error);
      }
    },

    async abortMultipart({ key, multipartId }) {
      await calling(() =>
        client.send(new AbortMultipartUploadCommand({ Bucket, Key: key, UploadId: multipartId }), limits()),
      ).catch((error) => {
        if (nameOf(error.cause ?? error) !== "NoSuchUpload") throw error;
      });
    },

    presignGet,

    async presignPut({ key, sizeBytes, sha256, expiresSeconds }) {
      const checksum = hexToBase64(sha256);
      const command = new PutObjectCommand({ Bucket, Key: key, ContentLength: sizeBytes, ChecksumSHA256: checksum });
      // Kept as signed headers, not hoisted into the query: S3 then compares the bytes with them.
      const url = await getSignedUrl(client, command, {
        expiresIn: expiresSeconds,
        unhoistableHeaders: new Set(["x-amz-checksum-sha256"]),
      });
      return { url, headers: { "content-length": String(sizeBytes), "x-amz-checksum-sha256": checksum } };
    },

    async head(key) {
      try {
        const answer = await client.send(
          new HeadObjectCommand({ Bucket, Key: key, ChecksumMode: "ENABLED" }),
          limits(),
        );
        return {
          sizeBytes: answer.ContentLength ?? 0,
          sha256: base64ToHex(answer.ChecksumSHA256),
          etag: answer.ETag ?? "",
        };
      } catch (error) {
        if (statusOf(error) === 404) return undefined;
        throw translate(error);
      }
    },

    async getRange(key, { start, end }) {
      const quick = await readByLink(key, { start, end });
      if (quick) return quick;
      const command = new GetObjectCommand({ Bucket, Key: key, Range: `bytes=${start}-${end - 1}` });
      const bytes = await calling(async () => (await client.send(command, limits())).Body?.transformToByteArray());
      if (!bytes) throw new Error(`S3 gave no body for ${key}`);
      return bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
    },

    async getText(key, { maxBytes }) {
      const info = await this.head(key);
      if (!info) throw new AppError("not_found", `${key} does not exist`);
      if (info.sizeBytes > maxBytes)
        throw new AppError("payload_too_large", `${key} has ${info.sizeBytes} bytes; at most ${maxBytes} are read`);
      if (info.sizeBytes === 0) return "";
      return new TextDecoder().decode(await this.getRange(key, { start: 0, end: info.sizeBytes }));
    },

    async putIfAbsent(key, body, contentType) {
      const command = new PutObjectCommand({
        Bucket,
        Key: key,
        Body: body,
        ContentType: contentType,
        IfNoneMatch: "*",
      });
      try {
        await client.send(command, limits());
        return "created";
      } catch (error) {
        // 409: another conditional write is under way, so the key is about to exist.
        if (statusOf(error) === 412 || nameOf(error) === "ConditionalRequestConflict") return "exists";
        throw translate(error);
      }
    },

    async delete(keys) {
      for (let from = 0; from < keys.length; from += deleteBatch) {
        const Objects = keys.slice(from, from + deleteBatch).map((Key) => ({ Key }));
        await calling(() =>
          client.send(new DeleteObjectsCommand({ Bucket, Delete: { Objects, Quiet: true } }), limits()),
        );
      }
    },

    async ping() {
      await calling(() => client.send(new HeadBucketCommand({ Bucket }), { abortSignal: AbortSignal.timeout(2000) }));
    },
  };
}

const partErrors = new Set(["InvalidPart", "InvalidPartOrder", "EntityTooSmall"]);

async function calling<T>(call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw translate(error);
  }
}

/** Network trouble, time-outs and 5xx are the endpoint's; anything else is ours and stays as it is. */
function translate(error: unknown): unknown {
  if (error instanceof AppError) return error;
  const status = statusOf(error);
  if (status !== undefined && status < 500) return error;
  return new AppError("storage_unavailable", "the object storage does not answer; try again soon", { cause: error });
}

const nameOf = (error: unknown): string => (error instanceof Error ? error.name : "");
const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function statusOf(error: unknown): number | undefined {
  const metadata =
    error instanceof Error && "$metadata" in error ? (error.$metadata as { httpStatusCode?: number }) : {};
  return metadata.httpStatusCode;
}
