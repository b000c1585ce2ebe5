import { readFileSync } from 'node:fs';
import path from 'node:path';

const root = path.dirname(import.meta.dirname);

/** The copyright lines of the packages and of what is compiled into them, which not every package repeats. */
const HOLDERS = [
  {
    name: /^onnxruntime-/,
    text: () => mit('Copyright (c) Microsoft Corporation'),
  },
  {
    name: /^(@koromix\/)?koffi/,
    text: () => mit('Copyright (C) Niels Martignène <niels.martignene@protonmail.com>'),
  },
  {
    name: /^bun-webgpu-/,
    text: () =>
      `The licence is in the package's folder, in LICENSE. The library contains Dawn:\n\n${DAWN}`,
  },
];

const DAWN = `Copyright 2017-2025 The Dawn & Tint Authors

Redistribution and use in source and binary forms, with or without
modification, are permitted provided that the following conditions are met:

1. Redistributions of source code must retain the above copyright notice, this
   list of conditions and the following disclaimer.

2. Redistributions in binary form must reproduce the above copyright notice,
   this list of conditions and the following disclaimer in the documentation
   and/or other materials provided with the distribution.

3. Neither the name of the copyright holder nor the names of its
   contributors may be used to endorse or promote products derived from
   this software without specific prior written permission.

THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS"
AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE
IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE
DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE
FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL
DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR
SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER
CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY,
OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE
OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
`;

/** The licences of native packages as a text; `manifests` are their package.json. Throws for an unknown one. */
export function nativeNotices(manifests) {
  const head = 'This extension brings the native packages below, under their licences.\n';
  const notices = manifests.map(({ name, version, license }) => {
    const holder = HOLDERS.find((each) => each.name.test(name));
    if (!holder) throw new Error(`scripts/nativeNotices.mjs does not know whose ${name} is.`);
    return `${name} ${version} (${license})\n\n${holder.text()}`;
  });
  return [head, ...notices].join(`\n${'-'.repeat(72)}\n\n`);
}

/** The text of the repository's own licence, which is the same one, in another's name. */
function mit(copyright) {
  const text = readFileSync(path.join(root, 'LICENSE'), 'utf8');
  return text.replace(/^Copyright .*$/m, copyright);
}
