import { expect, test } from 'vitest';
import { openSoftwareGpu } from '../../../../fixtures/softwareGpu.ts';
import { gemmProgram } from '../../../../../src/core/linalg/gpu/wgsl/gemmProgram.ts';
import { sliceQRProgram, sliceBasisProgram, blockReflectorProgram } from '../../../../../src/core/linalg/gpu/wgsl/panelPrograms.ts';
import { reflectColumnsProgram, reflectRowsProgram } from '../../../../../src/core/linalg/gpu/wgsl/reflectPrograms.ts';
import { mixProgram, gatherProgram } from '../../../../../src/core/linalg/gpu/wgsl/mixPrograms.ts';
import { spreadBandProgram, chaseProgram, bisectProgram } from '../../../../../src/core/linalg/gpu/wgsl/bidiagonalPrograms.ts';

test('compiles', async () => {
  const device = await openSoftwareGpu();
  console.log(device.adapter, device.limits);
  for (const b of [16, 32]) for (const prog of [gemmProgram({transA:false,transB:true,tileRows:b,tileCols:64,update:'store'}), gemmProgram({transA:true,transB:false,tileRows:64,tileCols:64,update:'subtract'}), sliceQRProgram(b), sliceBasisProgram(b), blockReflectorProgram(b), reflectColumnsProgram(b), reflectRowsProgram(b), mixProgram(), gatherProgram(), spreadBandProgram(b), chaseProgram(b), bisectProgram(b, 720)]) {
    const t = performance.now();
    try { await device.createKernel(prog.source); console.log(b, prog.source.name, (performance.now()-t).toFixed(0)); } catch (e) { console.log(prog.source.name, String(e)); }
  }
  const b = await device.createBuffer(1024);
  device.write(b, 0, Float32Array.from({length:256},(_, i)=>i));
  expect((await device.read(b, 4, 3))).toEqual(Float32Array.of(1,2,3));
  device.forceLoss();
  console.log(await device.lost);
  device.destroy();
});
