"""Which safety file this code comes with: docs/clinical-safety, whose hazard log carries the same number."""

HAZARD_LOG_VERSION = "0.1"  # 0.x: no clinical safety officer has agreed to it
