// Asks GEOS, compiled to WebAssembly, whether polygons make a valid coverage:
// no overlaps, and shared borders that match vertex for vertex.
//
//   node validate.mjs NODE_MODULES GAP_WIDTH < polygons
//
// Standard input holds geometries one after the other, each as a 32-bit
// little-endian length and so many bytes of WKB. Standard output is JSON:
// {"valid": bool, "invalid": [numbers of the polygons at fault], "areas": [...],
// "union": area of the coverage's union}
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { readFileSync } from 'node:fs'

const [modules, gapWidth] = process.argv.slice(2)
const entry = createRequire(join(modules, 'none.js')).resolve('geos-wasm')
const { default: start } = await import(pathToFileURL(entry))
const geos = await start()

const input = readFileSync(0)
const reader = geos.GEOSWKBReader_create()
const geometries = []
for (let at = 0; at < input.length;) {
  const length = input.readUInt32LE(at)
  const buffer = geos.Module._malloc(length)
  geos.Module.HEAPU8.set(input.subarray(at + 4, at + 4 + length), buffer)
  const geometry = geos.GEOSWKBReader_read(reader, buffer, length)
  geos.Module._free(buffer)
  if (geometry === 0) throw new Error(`geometry ${geometries.length} is not WKB`)
  geometries.push(geometry)
  at += 4 + length
}
geos.GEOSWKBReader_destroy(reader)

const number = geos.Module._malloc(8)
const areaOf = (geometry) => {
  if (geos.GEOSArea(geometry, number) !== 1) throw new Error('GEOSArea failed')
  return geos.Module.getValue(number, 'double')
}
const areas = geometries.map(areaOf)

const pointers = geos.Module._malloc(4 * geometries.length)
geos.Module.HEAPU32.set(geometries, pointers / 4)
const GEOMETRY_COLLECTION = 7
const collection = geos.GEOSGeom_createCollection(GEOMETRY_COLLECTION, pointers, geometries.length)

const faults = geos.Module._malloc(4)
const valid = geos.GEOSCoverageIsValid(collection, Number(gapWidth), faults)
if (valid !== 0 && valid !== 1) throw new Error('GEOSCoverageIsValid failed')
const edges = geos.Module.getValue(faults, 'i32')
const invalid = []
for (let i = 0; edges !== 0 && i < geometries.length; i++) {
  if (geos.GEOSisEmpty(geos.GEOSGetGeometryN(edges, i)) !== 1) invalid.push(i)
}
const union = valid === 1 ? areaOf(geos.GEOSCoverageUnion(collection)) : null
process.stdout.write(JSON.stringify({ valid: valid === 1, invalid, areas, union }))
