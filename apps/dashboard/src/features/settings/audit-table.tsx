import type { AuditEvent } from "@whetstone/schemas/api";
import { type Column, PagedTable } from "../../components/paged-table.tsx";
import { ShortId } from "../../components/short-id.tsx";
import { Empty } from "../../components/states.tsx";
import { TimeAgo } from "../../components/time-ago.tsx";
import { strings } from "../../strings.ts";
import { auditQuery } from "./queries.ts";
import { words } from "./words.ts";

const columns: Column<AuditEvent>[] = [
  { title: words.what, cell: ({ action }) => action },
  { title: words.subject, cell: ({ subjectId }) => <ShortId id={subjectId} /> },
  { title: words.who, cell: ({ actor }) => (actor.startsWith("system:") ? actor : <ShortId id={actor} />) },
  { title: strings.common.created, cell: ({ createdAt }) => <TimeAgo at={createdAt} /> },
];

export function AuditTable() {
  return (
    <PagedTable
      query={auditQuery}
      columns={columns}
      label={words.audit}
      empty={<Empty title={words.noEvents} lead={words.noEventsLead} />}
    />
  );
}
