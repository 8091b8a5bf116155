"""Seeds of the fuzz targets of each maker."""
