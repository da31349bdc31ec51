SELECT seq, epoch, CASE WHEN lease_until > clock_timestamp() THEN leader END AS leader, led_since FROM head
