"""Face detection and recognition from packs of ONNX weights; the only package that knows onnxruntime and insightface."""
