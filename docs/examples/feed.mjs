// Read a partner's feed and its alerts, and check that the feed is what the hub told: HUB=… HOUSING=<token> node feed.mjs
// No packages: fetch and node:crypto are Node's own (18 or newer).
import { createHash } from 'node:crypto'

const { HUB, HOUSING } = process.env
const headers = { Authorization: `Bearer ${HOUSING}` }
const sha256 = (...pieces) => createHash('sha256').update(Buffer.concat(pieces.map((each) => Buffer.from(each)))).digest()
const unhex = (text) => Buffer.from(text, 'hex')

async function ask(path) {
  const answer = await fetch(HUB + path, { headers })
  const body = await answer.json()
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${body.title}`)
  return body
}

// Canonical JSON: keys sorted, no spaces (docs/formats.md).
function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === null || typeof value !== 'object') return JSON.stringify(value)
  const keys = Object.keys(value).sort()
  return `{${keys.map((key) => `${JSON.stringify(key)}:${canonical(value[key])}`).join(',')}}`
}

// The link of a record, once it follows the one before and its elements are those that the hub committed to.
function checked(record, link) {
  const root = unhex(record.root)
  const commitments = record.commitments.map(unhex)
  const fits = (each) => sha256(unhex(each.salt), each.name, '\0', canonical(each.value)).equals(commitments[each.place])
  const whole = sha256('iomhub/feed/1/root\0', ...commitments).equals(root)
  if (!unhex(record.prev).equals(link) || !whole || !record.elements.every(fits)) {
    throw new Error(`feed record ${record.seq} was changed, or does not follow the one before it`)
  }
  const seq = Buffer.alloc(8)
  seq.writeBigUInt64BE(BigInt(record.seq))
  return sha256('iomhub/feed/1/link\0', [record.v], seq, link, root)
}

let after = 0
let link
let page
do {
  page = await ask(`/v1/feed?after=${after}`)
  link ??= sha256('iomhub/feed/1/genesis\0', unhex(page.feed.replaceAll('-', '')))
  for (const record of page.records) {
    link = checked(record, link)
    const told = Object.fromEntries(record.elements.map((each) => [each.name, each.value]))
    console.log(record.seq, told.kind ?? '(dropped)', canonical(told))
    after = record.seq
  }
} while (page.records.length > 0)
if (after === page.head.seq && link.toString('hex') !== page.head.link) throw new Error('the feed does not end where it says')
console.log(`${after} records, and all is as it was told`)

for (const alert of (await ask('/v1/alerts')).alerts) console.log(`ALERT ${alert.headline}: ${alert.advice}`)
