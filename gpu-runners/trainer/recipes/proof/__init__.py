"""Does refined text make better models? The arms of HQ-CLIP's Table 3 and Fig. 4 in small, several seeds each."""
